"""Word lists of the hardware component: vendors, product lines, and which nouns are hardware after which words."""

from __future__ import annotations

__all__ = [
    "CLASS_KINDS",
    "CONTEXT",
    "CORE_NOUNS",
    "EXTENDERS",
    "HEADS",
    "LINES",
    "LINE_WORDS",
    "MODEL_VENDORS",
    "NEVER_BARE",
    "NOT_A_NAME",
    "NUMBER_WORDS",
    "VENDORS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VENDORS = {
    form.replace("_", " "): vendor.replace("_", " ")
    for vendor, *others in (
        line.split()
        for line in """
        NVIDIA Nvidia NVidia nVidia nVIDIA nvidia
        AMD
        Intel
        Xilinx
        Altera
        Qualcomm
        MediaTek
        Arm ARM
        Apple
        Huawei
        Samsung
        Google
        Microsoft
        Amazon AWS
        IBM
        HPE
        Cray
        Cerebras
        Graphcore
        Groq
        SambaNova
        Tenstorrent
        Cambricon
        Hygon
        Raspberry_Pi
        Texas_Instruments TI
        STMicroelectronics STM
        Rockchip
        Nordic
        Espressif
        Sony
        Canon
        Nikon
        ASUS Asus
        Velodyne
        Ouster
        Hesai
        Orbbec
        Stereolabs
        Luxonis
        Hokuyo
        SICK
        Prophesee
        iniVation
        ATI
        Franka_Emika Franka
        Universal_Robots Universal_Robot
        KUKA Kuka
        ABB
        FANUC Fanuc
        Yaskawa
        Denso DENSO
        Mitsubishi
        Kinova
        UFACTORY
        Trossen
        Unitree
        Boston_Dynamics
        Agility_Robotics Agility
        ANYbotics
        SoftBank Softbank
        Aldebaran
        PAL_Robotics
        Willow_Garage
        Rethink_Robotics Rethink
        Clearpath
        Toyota
        Honda
        DJI
        Parrot
        Robotiq
        Schunk SCHUNK
        Wonik
        Shadow_Robot
        Barrett
        D-Wave
        Rigetti
        IonQ
        Quantinuum
        Meta
        Oculus
        HTC
        Lenovo
        Dell
        Xiaomi
        """.splitlines()
        if line.strip()
    )
    for form in (vendor, *others)
}
"""Vendor forms to the vendor's name."""

MODEL_VENDORS = {
    vendor.replace("_", " "): kind
    for kind, vendors in {
        "gpu": "NVIDIA AMD",
        "sensor": "Velodyne Ouster Hesai Orbbec Hokuyo SICK",
        "robot": "KUKA ABB FANUC Yaskawa Denso Kinova Unitree DJI Robotiq Schunk Trossen UFACTORY Universal_Robots",
        "accelerator": "Cerebras Graphcore Cambricon Xilinx",
    }.items()
    for vendor in vendors.split()
}
"""Vendors whose name with a model number is hardware whatever follows."""

LINES = {
    "rtx": ("gpu", "NVIDIA"),
    "gtx": ("gpu", "NVIDIA"),
    "tpu": ("tpu", "Google"),
    "tpuv": ("tpu", "Google"),
    "geforce": ("gpu", "NVIDIA"),
    "nvidia tesla": ("gpu", "NVIDIA"),
    "nvidia titan": ("gpu", "NVIDIA"),
    "instinct": ("gpu", "AMD"),
    "cortex": ("cpu", "Arm"),
    "stm32": ("cpu", "STMicroelectronics"),
    "virtex": ("accelerator", "AMD"),
    "kintex": ("accelerator", "AMD"),
    "artix": ("accelerator", "AMD"),
    "stratix": ("accelerator", "Intel"),
    "galaxy s": ("mobile", "Samsung"),
    "galaxy note": ("mobile", "Samsung"),
    "google pixel": ("mobile", "Google"),
    "hololens": ("other", "Microsoft"),
    "kinect": ("sensor", "Microsoft"),
    "realsense": ("sensor", "Intel"),
}
"""Product lines: kind and maker of what follows them."""

LINE_WORDS = _words(
    "GeForce Geforce GEFORCE Tesla Quadro TITAN Titan RTX GTX Radeon Instinct Core Xeon Jetson Tegra Drive Alveo Movidius Habana Galaxy "
    "Azure Cloud Coral MS CPU GPU Stratix Virtex Mini AGX"
)
"""Words of product lines that stand between vendor and model."""

CONTEXT = {
    "gpu": r"GPU|NVIDIA|Nvidia|CUDA|Tesla|TFLOP|GB\b|[Ff][Pp][Ss]\b|\bms\b",
    "tpu": r"TPU|Google",
    "cpu": r"CPU|processor|GHz|Intel|\b[Cc]ores?\b",
    "accelerator": r"[Aa]ccelerator|NPU|\bchip|[Pp]rocessor|GPU|FPGA|[Nn]euromorphic|AI hardware",
    "edge": r"[Ee]dge|[Ee]mbedded|[Bb]oard|[Oo]n-?board|Jetson|Raspberry",
    "mobile": r"[Pp]hone|[Mm]obile|SoC|[Dd]evice",
    "cluster": r"[Ss]upercomput|HPC\b|[Ee]xascale|[Pp]etascale|GPUs|[Cc]luster\b|[Pp]etaflop",
    "interconnect": r"[Nn]etwork|[Ii]nterconnect|[Bb]andwidth|InfiniBand|[Ww]ireless|Bluetooth",
    "memory": r"[Mm]emory|DRAM|SRAM|[Bb]andwidth|CPU|[Gg]igabyte|\bGB\b",
    "storage": r"[Ss]torage|[Dd]isk|SSD|[Ff]lash|[Ff]ile system",
    "quantum": r"[Qq]uantum|[Qq]ubit",
    "sensor": r"[Ss]ensor|[Cc]amera|[Ee]vent|[Tt]actile|[Dd]epth|[Rr]adar|[Tt]elescope",
    "robot": r"[Rr]obot|[Hh]umanoid|[Qq]uadruped|[Bb]iped|[Mm]anipulator|[Gg]ripper|[Tt]eleoperat",
    "other": r"[Hh]eadset|[Hh]aptic|VR\b|AR\b|[Vv]irtual reality|[Dd]evice|[Mm]otor",
}
"""What must stand near an ambiguous name of a kind for it to be hardware."""

CORE_NOUNS = (
    "GPU GPGPU CPU TPU NPU DPU IPU LPU DSP FPGA SoC MCU VPU chip chipset core accelerator processor microprocessor "
    "microcontroller superchip card board camera sensor LiDAR Lidar lidar LIDAR radar scanner rangefinder robot Robot arm manipulator hand "
    "gripper humanoid quadruped biped drone quadrotor quadcopter UAV UGV rover hexapod smartphone phone tablet headset HMD "
    "annealer glove exoskeleton prosthesis IMU telescope satellite"
).split()
"""Class words that are part of a form when they follow a product's name."""

CLASS_KINDS = {
    noun: kind
    for kind, nouns in {
        "gpu": "gpu gpgpu card superchip",
        "cpu": "cpu processor microprocessor microcontroller mcu core",
        "tpu": "tpu",
        "accelerator": "npu dpu ipu lpu dsp fpga soc vpu chip chipset accelerator board",
        "sensor": "camera sensor lidar radar scanner rangefinder imu telescope satellite",
        "robot": "robot arm manipulator hand gripper humanoid quadruped biped drone quadrotor quadcopter uav ugv rover hexapod "
        "exoskeleton prosthesis",
        "mobile": "smartphone phone tablet",
        "quantum": "annealer",
    }.items()
    for noun in nouns.split()
}
"""The kind that a class word says; what is not here is "other"."""

NOT_A_NAME = _words(
    "RGB RGBD RGB-D TOF ToF CCD CMOS IR NIR LED SCI SPAD 2D 3D 4D 6D 3-D 2-D DOF DoF 6-DOF 7-DOF 6-DoF 7-DoF AI VR AR MR XR ROS HRI SAR UWB PTZ "
    "RTK GPS GNSS MEMS IMU DIY MRI CT PC RL ML DL DNN CNN RNN SNN LLM VLM VLA VLN NLP IoT HPC MPC PID EMG EEG ECG PPG SMA FPGA "
    "ASIC SIMD MIMD GPU CPU TPU NPU RISC CISC RAM DRAM SRAM EAP DC AC SLAM VIO LIDAR LiDAR UAV UGV AUV MAV USV ROV AGV US UK EU "
    "USA NASA ESA DARPA DLR MIT CMU ETH KAIST TUM HD VGA FHD PVC 1D 5D 1-D 1DOF 2DOF 3DOF 4DOF 5DOF 6DOF 7DOF I II III IV II-III MAPF MRTA "
    "CAD CAN USB UI GUI API NAS ICP OCT HMI RCM NOTES MIS TMS MRI-compatible MR-compatible FMCW WiFi Wi-Fi RF RFID BCI SSVEP "
    "FBG PTZ FIFA IEEE RoboCup NIST ISO SE(2) SE(3) DRC IROS ICRA ARAT MR-safe PVDF PZT DEA HASEL SEA VSA KF EKF UKF MDP POMDP LQR CPG ZMP "
    "CBF CLF QP MILP NMPC RRT PRM RRT* IRL BC IL HAR AGVs ADAS ALS SCI"
)
"""Capitalised words before "robot" or "sensor" that do not name it."""

NUMBER_WORDS = {
    "single": 1, "one": 1, "two": 2, "dual": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "sixteen": 16, "twenty": 20, "thirty": 30, "thirty-two": 32, "sixty-four": 64, "hundred": 100,
}  # fmt: skip

_PROCESSOR = _words(
    "mobile desktop edge consumer consumer-grade consumer-level embedded datacenter data-center server server-grade server-class laptop "
    "integrated discrete gaming multi-core multicore many-core manycore general-purpose low-power x86 arm server-side in-vehicle "
    "neuromorphic reconfigurable on-board onboard host desktop-grade"
)
_CAMERA = _words(
    "monocular stereo rgb-d rgbd rgb depth event event-based omnidirectional omni-directional fisheye fish-eye ccd cmos digital "
    "surveillance thermal infrared ir nir near-infrared endoscopic time-of-flight tof catadioptric panoramic spherical light-field lightfield plenoptic "
    "smartphone phone mobile-phone on-board onboard high-speed eye-in-hand wrist wrist-mounted head-mounted vehicle-mounted car-mounted "
    "body-worn body-mounted laparoscopic pan-tilt pan-tilt-zoom ptz kinect color colour rolling-shutter dashboard trail traffic security doorbell "
    "multispectral multi-spectral hyperspectral gimbal robot handheld hand-held range frame-based line-scan telepresence "
    "vision video web 3d rgb-depth wearable dynamic-vision neuromorphic polarization single-photon spad sci overhead ceiling-mounted ego-centric "
    "egocentric binocular trinocular wide-angle dslr underwater x-ray gamma robot-mounted drone-mounted roadside in-vehicle "
    "action cellphone cell dash 360-degree 360° lidar lensless compressive mounted-monocular uncooled bird-eye surround-view multi-view "
    "stereoscopic global-shutter retinal-like silicon-retina microscope industrial consumer commodity low-cost"
)
_SENSOR = _words(
    "depth tactile force torque force/torque force-torque f/t range inertial rgb-d rgbd rgb pressure wireless proximity wearable laser "
    "ultrasonic ultrasound magnetic optical-flow imu lidar radar infrared capacitive strain touch visuo-tactile visuotactile vision-based-tactile gas temperature "
    "joint-torque event-based event smartphone mobile spad acceleration ambient kinect flex emg eeg ppg biometric thermal "
    "imaging image cmos ccd fingertip stretch soft time-of-flight tof vision-based humidity chemical gyro acoustic sonar photoplethysmography "
    "piezoelectric piezoresistive fbg fiber-optic mems odor olfactory bioimpedance biomedical physiological iot in-situ visual "
    "single-photon polarization micro airflow whisker current 6-axis six-axis hall-effect hall flow 2d 3d "
    "neuromorphic bending curvature inclination gps remote vision electromagnetic contact slip motion dynamic"
)
_ROBOT = _words(
    "humanoid mobile legged industrial service soft aerial biped bipedal continuum modular surgical walking underwater quadruped quadrupedal "
    "collaborative ground snake snake-like climbing social wheeled flying assistive swimming jumping hopping hexapod tensegrity dual-arm "
    "self-reconfigurable reconfigurable micro rescue home guide cable-driven delta telepresence nursing companion wheeled-legged legged-wheeled "
    "planetary space agricultural swarm educational bin-picking inspection rehabilitation exoskeleton crawling spherical cartesian scara "
    "miniature tracked car-like domestic household humanlike anthropomorphic parallel magnetic medical tendon-driven pneumatic inflatable "
    "origami brachiating amphibious insect-scale bio-inspired biomimetic fish insect hybrid entertainment toy child "
    "differential-drive omnidirectional nonholonomic non-holonomic articulated redundant serial planar compliant cleaning delivery warehouse "
    "wearable bimanual two-arm dual-armed two-armed multi-legged six-legged four-legged eight-legged one-legged two-legged "
    "single-legged multilegged musculoskeletal android teleoperated tele-action security pipe in-pipe pipe-inspection wall-climbing "
    "marine aquatic gliding unmanned vacuum farming field forestry construction harvesting painting welding "
    "human-sized life-sized full-size life-size full-sized small-sized small-size adult-size kid-size flapping-wing "
    "walking-assist growing vine eversion deformable cooperative manipulator real-world-mobile sensorized micro-scale "
    "microscale nano rolling tail hospital camera tele-operated telerobotic remote-controlled hydraulic torque-controlled "
    "electric force-controlled position-controlled autonomous-mobile self-balancing balancing running galloping trotting "
    "catheter endoscopic laparoscopic needle-steering concentric-tube concentric flexible ultra-light lightweight"
)
_DEVICE = _words(
    "edge mobile embedded iot wearable smart handheld hand-held portable haptic resource-constrained-edge robotic ar vr ar/vr "
    "edge-computing medical-imaging neuromorphic fpga internet-of-things memristive memristor "
    "augmented-reality quantum microfluidic low-power tracking end-user-mobile consumer android ios"
)
_PLATFORM = _words(
    "mobile embedded robotic robot edge humanoid uav drone heterogeneous-mobile quadrotor fpga gpu cpu-gpu legged neuromorphic stewart wheeled"
)
_VEHICLE = _words(
    "ground aerial underwater air micro-aerial micro surface unmanned robotic flapping marine wheeled tracked all-terrain guided "
    "remotely-operated flapping-wing space legged flying agricultural micro-air nano multi-rotor multirotor amphibious operated autonomous remotely automated"
)
_VEHICLE_NEEDS = _words(
    "aerial ground underwater air surface micro-aerial robotic guided operated flying micro-air marine flapping-wing legged amphibious tracked"
)
_CLUSTER = _words(
    "gpu cpu compute computing hpc computer llm tpu linux beowulf high-performance training supercomputing workstation multi-gpu gpu-based "
    "commodity multi-node heterogeneous-gpu serving spark hadoop device pc kubernetes"
)
_MEMORY = _words(
    "gpu cpu on-chip off-chip flash device host main non-volatile nonvolatile volatile persistent video phase-change high-bandwidth "
    "shared-gpu graphics compute-in in dram sram hbm phase-changing memristive in-package"
)
_ARM = _words(
    "robot robotic mechanical manipulator dexterous robot-manipulator prosthetic bionic industrial lightweight anthropomorphic humanoid dual master slave "
    "soft compliant redundant continuum surgical 6-dof 7-dof dof"
)
_HAND = _words(
    "robot robotic prosthetic dexterous multi-fingered multifingered anthropomorphic underactuated under-actuated soft three-fingered "
    "four-fingered five-fingered two-fingered tendon-driven bionic artificial compliant multi-finger three-finger humanoid adaptive "
    "myoelectric master slave mechanical fingered adaptive-synergy biomimetic human-like"
)
_GRIPPER = _words(
    "robot robotic adaptive soft parallel parallel-jaw two-finger two-fingered three-finger three-fingered underactuated suction "
    "vacuum pneumatic mechanical jaw electroadhesive industrial compliant universal granular jamming flexible magnetic micro 2-finger 3-finger "
    "prismatic electrostatic anthropomorphic hydraulic tactile nanotip passive gecko-inspired adhesive enveloping origami"
)
_MANIPULATOR = _words(
    "robot robotic mobile parallel redundant continuum industrial serial planar aerial flexible 7-dof 6-dof space soft surgical compliant "
    "dexterous hydraulic two-link two-arm hyper-redundant underwater underactuated cable-driven rigid-link dual-arm tendon-driven "
    "flexible-link n-link magnetic master slave micro lightweight modular 2r 3r spatial anthropomorphic multi-link single-arm "
    "free-floating nonholonomic dof 3-dof 2-dof 4-dof 5-dof rigid articulated spherical wheeled legged"
)
_DISPLAY = _words(
    "head-mounted haptic tactile helmet-mounted lcd led oled vibrotactile 3d stereoscopic light-field holographic volumetric autostereoscopic head-up mounted "
    "near-eye see-through head wearable head-worn mixed augmented virtual reality"
)

HEADS: dict[str, tuple[str, frozenset[str]]] = {
    "camera": ("sensor", _CAMERA),
    "sensor": ("sensor", _SENSOR),
    "scanner": ("sensor", _words("laser 3d hand-held handheld lidar range mri ct depth flatbed optical ultrasound terrestrial body")),
    "robot": ("robot", _ROBOT),
    "vehicle": ("robot", _VEHICLE),
    "arm": ("robot", _ARM),
    "hand": ("robot", _HAND),
    "glove": ("other", _words("data sensing haptic sensor wearable robotic instrumented sensorized tactile")),
    "device": ("edge", _DEVICE),
    "platform": ("edge", _PLATFORM),
    "cluster": ("cluster", _CLUSTER),
    "memory": ("memory", _MEMORY),
    "processor": ("cpu", _words("signal multi-core multicore embedded graphics graphical neuromorphic arm mobile desktop many-core parallel ai vision quantum tensor "
                                "neural intel manycore x86 edge neurosynaptic vector digital array analog image photonic cellular smartphone")),
    "chip": ("accelerator", _words("vlsi neuromorphic ai analog silicon vision cmos mixed-signal asic fpga accelerator photonic quantum neural-network retina microfluidic "
                                   "neural edge-ai deep-learning memristor tpu gpu npu")),
    "accelerator": ("accelerator", _words("hardware ai deep-learning dnn cnn neural ml npu fpga gpu asic transformer specialized inference training llm learning network "
                                          "neural-network domain-specific ml/ai graphics machine deep edge fpga-based custom "
                                          "neuromorphic photonic optical analog")),
    "core": ("cpu", _words("cpu gpu tensor tpu processor arm processing")),
    "computer": ("other", _words("personal desktop laptop onboard on-board embedded single-board quantum notebook analog wearable host tablet digital on-robot "
                                 "neuromorphic companion parallel pocket hand-held handheld microprocessor-based flight")),
    "workstation": ("other", _words("gpu desktop graphics cpu high-end linux pc unix")),
    "server": ("other", _words("gpu multi-gpu cpu")),
    "hardware": ("edge", _words("edge neuromorphic-edge")),
    "machine": ("other", _words("cnc milling sewing")),
    "phone": ("mobile", _words("mobile cell smart android cellular camera")),
    "headset": ("other", _words("vr mr ar xr reality mixed-reality virtual-reality augmented-reality eeg mixed virtual augmented")),
    "display": ("other", _DISPLAY),
    "glasses": ("other", _words("smart ar ar/vr augmented-reality google eye-tracking shutter reality augmented")),
    "gripper": ("robot", _GRIPPER),
    "manipulator": ("robot", _MANIPULATOR),
    "motor": ("other", _words("dc ultrasonic servo stepper brushless piezoelectric electric bldc linear induction hydraulic pneumatic synchronous magnet dielectric")),
    "actuator": ("other", _words("pneumatic soft piezoelectric hydraulic sma elastic series-elastic mckibben elastomer shape-memory linear electrostatic "
                                 "variable-stiffness muscle magnetic rotary memory-alloy alloy fluidic electroactive "
                                 "electromagnetic electrohydraulic electrothermal")),
    "interconnect": ("interconnect", _words("high-speed high-bandwidth gpu tcp network on-chip optical chip-to-chip low-bandwidth inter-node photonic")),
    "array": ("sensor", _words("microphone multi-electrode multielectrode electrode antenna crossbar gate microelectrode sensor phased")),
    "microscope": ("sensor", _words("atomic force electron optical confocal scanning light fluorescence atomic-force scanning-electron stereo digital")),
    "aircraft": ("robot", _words("fixed-wing unmanned model micro rotary-wing vtol flapping-wing tilt-rotor multirotor autonomous")),
    "helicopter": ("robot", _words("autonomous unmanned model rc toy miniature small-scale robotic coaxial model-scale")),
    "telescope": ("sensor", _words("radio space tracking optical ground-based satellite survey")),
    "radar": ("sensor", _words("automotive mmwave millimeter-wave millimeter millimetre-wave doppler fmcw imaging aperture penetrating ground-penetrating uwb planar weather wave 4d 3d 2d "
                               "scanning spinning synthetic ultra-wideband imaging single-chip")),
    "hexapod": ("robot", _words("walking")),
    "swarm": ("robot", _words("robot microrobotic robotic drone uav")),
    "skin": ("sensor", _words("artificial electronic tactile robot robotic sensitive e")),
    "exoskeleton": ("robot", _words("lower-limb upper-limb robotic ankle hand hip knee lower upper limb arm soft powered wearable leg body full-body extremity rehabilitation lower-extremity "
                                    "walking-assist upper-body")),
    "prosthesis": ("robot", _words("transfemoral knee ankle-foot knee-ankle powered robotic ankle hand leg limb retinal active passive arm foot lower-limb upper-limb transtibial "
                                   "transradial myoelectric above-knee prosthetic")),
    "leg": ("robot", _words("robotic prosthetic robot")),
    "finger": ("robot", _words("robotic robot")),
}  # fmt: skip
"""Nouns that are hardware after one of these words: kind and words."""

NEVER_BARE = _words("camera robot sensor")
"""Generic entries of the vocabulary that are too wide on their own."""

_SENSING = _words(
    "2d 3d 4d automotive rotating spinning solid-state mechanical airborne single-line multi-beam scanning planar 2-d 3-d low-cost-2d imaging mmwave "
    "forward-looking multibeam side-scan mems onboard on-board body-worn spinning-lidar mobile wearable synthetic"
)
EXTENDERS: dict[str, frozenset[str]] = {
    "gpu": _PROCESSOR,
    "cpu": _PROCESSOR,
    "tpu": _words("edge cloud"),
    "accelerator": _words("neuromorphic edge embedded mobile onboard"),
    "sensor": _SENSING,
    "robot": _ROBOT
    | _words("fixed-wing rotary-wing multi-rotor flapping lower-limb upper-limb nano micro small-scale")
    | _MANIPULATOR
    | _GRIPPER,
    "mobile": _words("android"),
    "edge": _words("mobile low-power"),
}
"""Modifiers that belong to a form before a noun which is hardware without them."""
