"""Word lists of scientific English that more than one component needs."""

from __future__ import annotations

import re
from functools import lru_cache

from kg.ids import link_key

__all__ = [
    "CONNECTORS",
    "GENERIC_HEADS",
    "NO_ENTITIES",
    "OPENERS",
    "PHRASE_ENDS",
    "PRAISE",
    "SCAFFOLD",
    "ends_in_no_entity",
    "is_no_entity",
]

CONNECTORS = frozenset(("of", "for", "in", "to", "with", "on", "the"))
"""Small words that may stand inside a capitalised name ("Chain of Thought")."""

OPENERS = frozenset(
    """a about above accordingly achieving across actually adding additionally address addressing adopting after again
    against all allowing almost along already also alternatively although among an analysing analysis analyzing and
    another any applied applying approaches are around as assuming at based because been before being besides beyond
    both build building built but by can central code combined combining common comparative compared comparing
    comprehensive compute consequently considering contrary critically crucially current currently data datasets deep
    demonstrating deploying despite detailed developing different do does drawing due during each early efficient either
    elegant empirical empirically enabling ensuring especially essentially even evaluated evaluating evaluation
    evaluations every evidence existing experimental experimentally experiments exploiting exploring extending extensive
    extensively few finally findings first firstly focusing following for formally fourth from full fully further
    furthermore general generally generating given having hence here herein how however human humans i if important
    importantly improving in increasing indeed initial inspired instead interestingly introducing is it its key last
    lastly lately learning let leveraging like many meanwhile method methods mixed model modern more moreover most
    motivated much multi multiple namely natural naturally nearly nevertheless new next no nonetheless not notably
    notwithstanding novel now numerous of often on once one only open opposed optimizing or originally other our out
    over overall parallel part particularly performance perhaps point popular previous previously prior project provided
    providing put quantitative real recent recently recognizing regarding relying remarkably representing research
    results reversing rigorous same second secondly seeking several showing significantly similarly simple simply
    simulation simulations simultaneously since so solving some source specifically standard starting state still
    studies studying subsequently such surprisingly systematic take taken tested testing thanks that the their them then
    theoretical theoretically there thereby therefore these they third this those though three through throughout thus
    to together toward towards traditional traditionally trained training two typically ultimately under unfortunately
    unlike until unsurprisingly up upon us use user users using usually utilizing validated various very via visit we
    what when whenever where whereas whether which while who whole whose why will with within without work works yet you
    your """.split()
)
"""Lower-case words that a sentence may open with: capitalised there, they are no names."""

GENERIC_HEADS = frozenset(
    """algorithm algorithms approach architecture architectures benchmark benchmarks challenge corpora corpus data
    dataset datasets framework frameworks library method methods mechanism model models module modules network networks
    optimizer package pipeline procedure scheme strategy strategies system systems technique techniques task tasks
    toolkit gpu gpus loss""".split()
)
"""Heads that follow a name without being part of it, unless the name needs them."""

SCAFFOLD = frozenset(
    """Abstract Appendix Chapter Code Corollary Definition Demo Equation Eq Fig Figure Github GitHub Homepage Keywords
    Lemma Project Proposition Section Table Theorem Website""".split()
)
"""Capitalised words of a paper's scaffolding."""

PRAISE = tuple(
    """novel new simple general unified efficient effective first fast practical scalable powerful robust lightweight
    yet and but comprehensive flexible principled generic large-scale innovative straightforward improved systematic
    two-stage end-to-end plug-and-play training-free so-called alternative different simpler more very highly low-cost
    modular versatile holistic open-source""".split()
)
"""Words that stand between "we propose a" and the name of what is proposed."""

PHRASE_ENDS = tuple(
    """that which for to by with where in on of based using from and or as called named termed dubbed via capable is are
    can consisting designed tailored whose when at into under over through leveraging built able trained aimed aiming
    inspired specifically""".split()
)
"""Words that end the noun phrase after "we propose a"."""

_NO_ENTITIES = (
    # quantities, properties and concepts
    """
    degree of freedom; degrees of freedom; DoF; DOFs; D.O.F.; field of view; FoV; range of motion; center of mass;
    centre of mass; CoM; center of gravity; CoG; center of pressure; remote center of motion; remote centre of
    motion; ground reaction force; line of sight; time of arrival; received signal strength; power spectral density;
    probability density function; probability distribution function; PDF; additive white Gaussian noise; AWGN;
    signal to noise; restricted isometry property; RIP; Nash equilibrium; central limit theorem; theory of mind;
    NP-hard; NP-complete; NP-hardness; PAC; probably approximately correct; polynomial time approximation scheme;
    symmetric positive definite; SPD; reproducing kernel Hilbert space; RKHS; independent and identically
    distributed; i.i.d.; IID; out of distribution; OOD; out of domain; OOD detection; in-domain; out of vocabulary;
    OOV; ordinary differential equation; ODE; partial differential equation; PDE; stochastic differential equation;
    SDE; differential-algebraic equation; DAE; region of interest; RoI; point of interest; POI; action unit; state
    of the art; SOTA; SoTA; high dynamic range; HDR; high resolution; low-resource languages; high- resource
    languages; entities; named entities; trajectories; configuration space; C-space; degrees of freedoms; signed
    distance; spatio-temporal; M-step; E-step; L1; L2; L0; appearance; hierarchical; hybrid; learned; gradient;
    this; in; and; the; deep; score; value; active; surprise; partner; none of the above; end-to-end; NLP-based;
    vision-and-language; EM-like; body length; body lengths; body weight support; SWaP; size weight and power;
    best-of-both-worlds; bandits with knapsacks; BwK; vestibulo-ocular reflex; human-in-the-loop; first-
    in-first-out; API; GUI; graphical user interface; HMI; human-machine interface; user interface; UI; Q&A; DNA;
    RNA; COVID-19; activities of daily living; ADL;
    """
    # names that are said of many things
    """
    its application; loss function; Dirichlet; Laplace; Hadamard; Shannon; Jaccard; X-Y; Input/Output; XOR; T/T;
    1/T; R1; EF1; CNF; DNF; ROC; CO₂; Plug; randomized controlled trial; hyperspectral image; Markov; Hilbert;
    Euclidean; Lyapunov; Gaussian; Gaussians; Bayesian; Bayes; Bernoulli; Boltzmann; Cartesian; Fourier; Gibbs;
    Gram; Hamiltonian; Hessian; Jacobian; Kalman; Kronecker; Lagrange; Lagrangian; Laplacian; Metropolis; Nash;
    Nesterov; Newton; Newtonian; Pareto; Poincaré; Poisson; Riemannian; Shapley; Stein; Wasserstein; Bellman;
    Boolean; Hebbian; Lie; Lipschitz; Lorentz; Dasgupta; Charikar; McDiarmid; Cosserat; Karush-Kuhn-Tucker;
    Polyak-Lojasiewicz; Polyak-Łojasiewicz; Hamilton-Jacobi-Bellman; 2D-3D; 2D/3D; 3D-2D; 2D-2D; 3D-3D; 2D-to-3D;
    AND/OR; SE3; SE(3); SO(3); S2; A2; C2; C3; R2; R3; SE; SO;
    """
    # devices, signals, materials and platforms
    """
    RoboCup; YouTube; KUKA; Vicon; Franka; UAV; unmanned aerial vehicle; AUV; autonomous underwater vehicle; UGV;
    unmanned ground vehicle; MAV; micro aerial vehicle; ROV; remotely operated vehicle; USV; unmanned surface
    vehicle; AGV; autonomous vehicle; connected autonomous vehicle; CAV; self-driving vehicle; IMU; inertial
    measurement unit; inertia measurement unit; inertial measuring unit; GPS; global positioning system; GPS/IMU;
    RTK-GPS; DGPS; GNSS; global navigation satellite system; INS; inertial navigation system; GPS-denied;
    GNSS-denied; LiDAR; light detection and ranging; RADAR; SONAR; RGB-D; RGBD; RGB; laser range finder; LRF; DVL;
    doppler velocity log; infrared; ultrasound; time of flight; ToF; radio frequency; radio frequency
    identification; RFID; ultra-wideband; UWB; WiFi; Wi-Fi; wireless sensor network; WSN; USB; TCP/IP; CAN; I2C;
    LED; light emitting diode; CMOS; CCD; VLSI; FPGA; field programmable gate array; printed circuit board; PCB;
    GPU; graphics processing unit; CPU; magnetic resonance imaging; MRI; functional magnetic resonance imaging;
    fMRI; magnetic resonance; magnetic resonance image; MR; computed tomography; CT; electroencephalography;
    electroencephalogram; electroencephalographic; EEG; electromyography; electromyogram; electromyographic; EMG;
    sEMG; electrocardiogram; ECG; event-related potential; ERP; brain-computer interface; BCI; brain-machine
    interface; BMI; atomic force microscopy; AFM; scanning electron microscope; SEM; MEMS; MEM;
    microelectromechanical system; micro-electromechanical system; shape memory alloy; SMA; fiber Bragg grating;
    FBG; polydimethylsiloxane; PDMS; polyvinylidene fluoride; PVDF; PZT; NiTi; carbon nanotube; CNT; ionic polymer
    metal composite; IPMC; magneto-rheological; magnetorheological; dielectric elastomer; series elastic actuator;
    SEA; variable stiffness actuator; VSA; continuously variable transmission; CVT; head mounted display; HMD;
    HoloLens; virtual reality; VR; augmented reality; AR; mixed reality; AR/VR; VR/AR; whole slide image; WSI;
    electronic health record; EHR; computer-aided design; CAD; vertical take-off and landing; vertical takeoff and
    landing; VTOL; commercial off-the-shelf; COTS; Internet; IoT; internet of things; XML; JPEG; ASCII; HTML; spinal
    cord injury; mild cognitive impairment; autism spectrum disorder; Alzheimer's disease; minimally invasive
    surgery; minimally invasive surgical; MIS;
    """
    # languages, places and organisations
    """
    Afrikaans; Albanian; Amharic; Armenian; Assamese; Azerbaijani; Basque; Belarusian; Bhojpuri; Bosnian; Bulgarian;
    Burmese; Catalan; Cebuano; Croatian; Dari; Egyptian; Esperanto; Estonian; Faroese; Farsi; Filipino; Galician;
    Georgian; Gujarati; Hausa; Hungarian; Icelandic; Igbo; Indonesian; Irish; Javanese; Kannada; Kazakh; Khmer;
    Kinyarwanda; Kurdish; Kyrgyz; Lao; Latvian; Lithuanian; Luganda; Macedonian; Malagasy; Malay; Malayalam;
    Maltese; Manipuri; Maori; Marathi; Mongolian; Nepali; Norwegian; Odia; Oromo; Pashto; Punjabi; Quechua;
    Romanian; Samoan; Scottish; Serbian; Sindhi; Sinhala; Slovak; Slovenian; Somali; Sundanese; Tagalog; Tajik;
    Tatar; Telugu; Thai; Tibetan; Tigrinya; Turkmen; Twi; Ukrainian; Uyghur; Uzbek; Welsh; Wolof; Xhosa; Yiddish;
    Yoruba; Zulu; English; Chinese; French; German; Hindi; Japanese; Spanish; Arabic; Italian; Russian; Korean;
    Portuguese; Dutch; Turkish; Mandarin; Cantonese; Vietnamese; Czech; Polish; Finnish; Swedish; Danish; Greek;
    Hebrew; Latin; Sanskrit; Persian; Urdu; Bengali; Tamil; Swahili; American Sign Language; ASL; U.S.; U.S; US;
    USA; UK; Germany; France; India; IEEE; Chattanooga; EU; California; Arizona; Texas; Europe; America; China;
    Japan; Google; Facebook; Meta AI; Microsoft; OpenAI; DeepMind; NVIDIA; Amazon; IBM; GitHub; Hugging Face;
    HuggingFace; DARPA; Defense Advanced Research Projects Agency; NASA; NIST; National Institute of Standards and
    Technology; European Space Agency; ESA; Canadian Space Agency; DLR; Boston Dynamics; MIT; CMU; ETH Zurich; KIT;
    Stanford; Department of Defense; DoD; Willow Garage; NeurIPS; NIPS; ICML; ICLR; CVPR; ICCV; ECCV; ACL; EMNLP;
    NAACL; ICRA; IROS; AAAI; IJCAI;
    """
    # units
    """
    mN; dB; Hz; kHz; MHz; GHz; MB; GB; TB; KB; MPa; kPa; mW; mm; ms; Mbps; kbps; BL/s;
    """
)
NO_ENTITIES = frozenset(link_key(form) for form in " ".join("".join(_NO_ENTITIES).split()).split(";") if form.strip())
"""What papers capitalise, define acronyms of and coin words with, but no knowledge graph of methods and data wants.

Devices stand here because only the hardware extractor may claim them.
"""
_FREEDOM = re.compile(r"(?:\d+|n|one|two|three|four|five|six|seven|multi)[\s-]?d\.?o\.?f\.?s?", re.IGNORECASE)
_LONG = 8


@lru_cache(maxsize=65536)
def is_no_entity(form: str) -> bool:
    """Whether a form is a quantity, a device, a language, an organisation ... rather than a name.

    >>> is_no_entity("6-DoF"), is_no_entity("UAVs"), is_no_entity("Nash Equilibrium"), is_no_entity("ResNet")
    (True, True, True, False)
    """
    return link_key(form) in NO_ENTITIES or _FREEDOM.fullmatch(form) is not None


@lru_cache(maxsize=65536)
def ends_in_no_entity(phrase: str) -> bool:
    """Whether a phrase is such a thing or a kind of it ("small unmanned aerial vehicles")."""
    words = phrase.split()
    keys = (link_key(" ".join(words[at:])) for at in range(len(words)))
    return any(len(key) >= _LONG and key in NO_ENTITIES for key in keys)
