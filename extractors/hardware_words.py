"""Word lists of the hardware component: vendors, product lines, and which nouns are hardware after which words."""

from __future__ import annotations

__all__ = [
    "CLASS_KINDS",
    "CLASS_MODIFIERS",
    "CLASS_NOUNS",
    "CONTEXT",
    "EXTENDERS",
    "HEADS",
    "LINES",
    "LINE_WORDS",
    "MODEL_VENDORS",
    "MODIFIER_KINDS",
    "NEVER_BARE",
    "NOT_A_NAME",
    "NOT_PROPER",
    "NUMBER_WORDS",
    "VENDORS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _vendors(text: str) -> dict[str, str]:
    """Each form of the vendors to the first form on its line; an underscore stands for a space."""
    lines = [line.replace("_", " ").split("|") for line in text.split()]
    return {form: forms[0] for forms in lines for form in forms}


VENDORS = _vendors(
    """NVIDIA|Nvidia|NVidia|nVidia|nVIDIA|nvidia AMD Intel Xilinx|XILINX Altera Qualcomm MediaTek ARM Apple Huawei
    Samsung Google Microsoft Amazon|AWS IBM HPE Cray Cerebras Graphcore Groq SambaNova Tenstorrent Cambricon Hygon
    Raspberry_Pi Texas_Instruments|TI STMicroelectronics|STM Rockchip Nordic Espressif Sony Canon Nikon ASUS|Asus
    Velodyne Ouster Hesai Orbbec Stereolabs Luxonis Hokuyo SICK|Sick Prophesee iniVation ATI
    Franka_Emika|Franka|Franka_Robotics Universal_Robots|Universal_Robot KUKA|Kuka ABB FANUC|Fanuc Yaskawa
    Denso|DENSO Mitsubishi Kinova|KINOVA UFACTORY Trossen Unitree Boston_Dynamics Agility_Robotics|Agility
    ANYbotics SoftBank|Softbank|SoftBank_Robotics Aldebaran PAL_Robotics|PAL Willow_Garage
    Rethink_Robotics|Rethink Clearpath|Clearpath_Robotics Toyota Honda DJI Parrot Robotiq Schunk|SCHUNK Wonik
    Shadow_Robot Barrett D-Wave Rigetti IonQ Quantinuum Meta Oculus HTC Lenovo Dell Xiaomi Bitcraze
    Intuitive_Surgical Point_Grey FLIR Basler PrimeSense SensAble|Sensable Geomagic Logitech Robotis|ROBOTIS
    AscTec|Ascending_Technologies iRobot Fetch_Robotics Leap_Motion Stäubli|Staubli Epson Festo|FESTO Sony Fujitsu
    Kawada Hitachi Comau Adept Flexiv Franka-Emika Hello_Robot Pioneer SynTouch Xsens Vicon Broadcom Marvell
    Cyberdyne Sarcos Robotnik iniLabs UBTECH"""
)
"""Vendor forms to the vendor's name."""

MODEL_VENDORS = {
    vendor.replace("_", " "): kind
    for kind, vendors in {
        "gpu": "NVIDIA AMD",
        "sensor": "Velodyne Ouster Hesai Orbbec Hokuyo SICK",
        "robot": """KUKA ABB FANUC Yaskawa Denso Kinova Unitree DJI Robotiq Schunk Trossen UFACTORY Universal_Robots
            Comau""",
        "accelerator": "Cerebras Graphcore Cambricon Xilinx",
    }.items()
    for vendor in vendors.split()
}
"""Vendors whose name with a model number is hardware whatever follows, and of what kind."""

LINES = {
    "rtx": ("gpu", "NVIDIA"),
    "gtx": ("gpu", "NVIDIA"),
    "geforce": ("gpu", "NVIDIA"),
    "instinct": ("gpu", "AMD"),
    "tpu": ("tpu", "Google"),
    "tpuv": ("tpu", "Google"),
    "cortex": ("cpu", "Arm"),
    "stm32": ("cpu", "STMicroelectronics"),
    "virtex": ("accelerator", "AMD"),
    "kintex": ("accelerator", "AMD"),
    "artix": ("accelerator", "AMD"),
    "stratix": ("accelerator", "Intel"),
    "iphone": ("mobile", "Apple"),
    "galaxy s": ("mobile", "Samsung"),
    "galaxy note": ("mobile", "Samsung"),
    "google pixel": ("mobile", "Google"),
    "hololens": ("other", "Microsoft"),
    "realsense": ("sensor", "Intel"),
}
"""Product lines, which a model number must follow: kind and maker."""

LINE_WORDS = _words(
    """GeForce Geforce GEFORCE Tesla Quadro TITAN Titan RTX GTX Radeon Instinct Core Xeon Jetson Tegra Drive Alveo
    Movidius Habana Galaxy Azure Cloud Coral MS Stratix Virtex AGX Universal"""
)
"""Words of product lines that stand between vendor and model."""

CONTEXT = {
    "gpu": r"GPU|NVIDIA|Nvidia|CUDA|Tesla|TFLOP|GB\b|[Ff][Pp][Ss]\b|\bms\b",
    "tpu": r"GPU|[Gg]oogle|JAX|[Cc]hip|CPU|[Aa]ccelerator|[Tt]rain|FLOP|[Cc]ores?\b|[Hh]ardware",
    "cpu": r"CPU|processor|GHz|Intel|\b[Cc]ores\b|[Hh]ardware",
    "accelerator": r"[Aa]ccelerator|[NGC]PU|FPGA|\bchip|[Pp]rocessor|[Nn]euromorphic|[Hh]ardware|controller|[Bb]oard",
    "edge": r"[Ee]dge|[Ee]mbedded|[Bb]oard|[Oo]n-?board|Jetson|Raspberry",
    "mobile": r"[Pp]hone|[Mm]obile|SoC|[Dd]evice",
    "cluster": r"[Ss]upercomput|HPC\b|[Ee]xascale|[Pp]etascale|GPU|[Cc]luster\b|[Pp]etaflop|compute nodes",
    "interconnect": r"[Nn]etwork|[Ii]nterconnect|[Bb]andwidth|InfiniBand|[Ww]ireless|Bluetooth|\b[Bb]us\b|FPGA|DSP",
    "memory": r"DRAM|SRAM|[Hh]ardware|[Cc]hip|GPU|[Bb]andwidth|CPU|[Gg]igabyte|\bGB\b",
    "storage": r"[Ss]torage|[Dd]isk|[Ff]lash|[Ff]ile system|DRAM|[Mm]emory|GPU|[Oo]ffload",
    "quantum": r"[Qq]uantum|[Qq]ubit",
    "sensor": r"[Ss]ensor|[Cc]amera|[Ee]vent|[Tt]actile|[Dd]epth|[Rr]adar|[Tt]elescope|imagery|satellite|TerraSAR",
    "robot": r"[Rr]obot|[Hh]umanoid|[Qq]uadruped|[Bb]iped|[Mm]anipulator|[Gg]ripper|[Tt]eleoperat|hardware experiment",
    "other": r"[Hh]eadset|[Hh]aptic|[VA]R\b|[Vv]irtual reality|[Mm]otor|[Cc]omputer|GHz|[CG]PU|Linux|[Dd]esktop|"
    r"[Hh]ardware|[Rr]eal[- ]time",
}
"""What must stand near an ambiguous form of a kind for it to be hardware."""

CLASS_NOUNS = (
    """GPU GPGPU CPU TPU NPU HPU DPU IPU LPU DSP FPGA SoC MCU VPU chip chipset core accelerator processor microprocessor
    microcontroller superchip card board camera sensor LiDAR Lidar lidar LIDAR radar scanner rangefinder robot
    Robot arm manipulator hand gripper humanoid quadruped biped drone quadrotor quadcopter UAV UGV rover hexapod
    smartphone phone tablet headset Headset HMD annealer glove exoskeleton prosthesis IMU platform vehicle device
    helicopter exoskeletons Arm Hand Gripper Camera Sensor Drone Quadrotor Processor hexacopter microscope motor
    actuator micro-controller"""
).split()
"""Class words that are part of a form when they follow a product's name."""

CLASS_MODIFIERS = (
    """embedded mobile AI graphics Graphics quantum tactile depth RGB-D RGBD RGB stereo event humanoid Humanoid
    quadruped quadrupedal legged bipedal biped surgical robotic robot Robot industrial collaborative dexterous
    data-center datacenter edge range laser computing compute neural tensor neuromorphic bimanual omnidirectional
    single-arm dual-arm service haptic nano micro lightweight light-weight manipulator redundant aerial flying
    quadrotor wheeled tracked walking ground underwater social educational head-mounted soft parallel
    multi-fingered anthropomorphic underactuated development evaluation parallel-jaw two-finger 3D 2D 7-DoF 7-DOF
    6-DOF 6-DoF 7DOF 6DOF vision motion-capture micro-UAV aerial differential-drive rotary-wing manipulation
    laser-range-finder mixed-reality VR AR MR cobot"""
).split()
"""Words that may stand between a product's name and the class word."""

CLASS_KINDS = {
    noun: kind
    for kind, nouns in {
        "gpu": "gpu gpgpu card superchip",
        "cpu": "cpu processor microprocessor microcontroller mcu core",
        "tpu": "tpu",
        "accelerator": "npu hpu dpu ipu lpu dsp fpga soc vpu chip chipset accelerator board",
        "sensor": "camera sensor lidar radar scanner rangefinder imu telescope satellite microscope",
        "robot": """robot arm manipulator hand gripper humanoid quadruped biped drone quadrotor quadcopter uav ugv rover
            hexapod exoskeleton prosthesis vehicle helicopter hexacopter""",
        "mobile": "smartphone phone tablet",
        "quantum": "annealer",
        "edge": "device platform",
    }.items()
    for noun in nouns.split()
}
"""The kind that a class word says; what is not here is "other"."""

NOT_A_NAME = _words(
    """RGB RGBD RGB-D TOF ToF CCD CMOS IR NIR LED SCI SPAD 2D 3D 4D 6D 3-D 2-D DOF DoF AI VR AR MR XR ROS HRI SAR UWB
    PTZ RTK GPS GNSS MEMS IMU DIY MRI CT PC RL ML DL DNN CNN RNN SNN LLM VLM VLA VLN NLP IoT HPC MPC PID EMG EEG
    ECG PPG SMA FPGA ASIC SIMD MIMD GPU CPU TPU NPU RISC CISC RAM DRAM SRAM EAP DC AC SLAM VIO LIDAR LiDAR UAV UGV
    AUV MAV USV ROV AGV USA NASA ESA DARPA DLR MIT CMU ETH KAIST TUM HD VGA FHD PVC 1D 5D 1-D III II-III MAPF MRTA
    CAD CAN USB GUI API NAS ICP OCT HMI RCM NOTES MIS TMS MRI-compatible MR-compatible FMCW WiFi Wi-Fi RFID BCI
    SSVEP FBG FIFA IEEE RoboCup NIST ISO DRC IROS ICRA ARAT MR-safe PVDF PZT DEA HASEL SEA VSA KF EKF UKF MDP
    POMDP LQR CPG ZMP CBF CLF QP MILP NMPC RRT PRM IRL HAR AGVs ADAS ALS R2R V2X SE OF AND FOR THE MULTI SOFT
    HUMAN LEGGED MOBILE HUMANOID AERIAL Real-World Multi-Robot PDMS SCARA 3R 2R 3-RRR PhD CoM DMP DMPs NN RNNs
    CNNs DNNs MPC-based GAN LSTM UAVs NonHolonomic 3D-printed 3D-Printed 4D-printed SMA-actuated SLA SLIP PVT VTOL
    IPMC SPS USAR UAM USS COTS TCP DDF DOFs BAIR EuRoC AirSim MuJoCo UAVs RPS UPS PRR RRR UPU SARs HRC DMLS COVID TRO
    JSAI PPO DDPG SAC COVID-19 LEGO Wi-Fi-based McKibben KITTI AMP RAM-based ASR TTS EEG-based EMG-based
    Q-learning WSN IK FK DLR-HIT Sim2Real R2 H2 H-infinity NeRF SfM
    DoFs DOFpsilas pHRI WIP NBV SE3 GPS-Denied UZH-FPV BridgeData EXPERIENTIAL TOWARDS HTN USC NAIST JHU Nitinol VII GSP
    GSPs SCSA RPM NS16 Webots"""
)
"""Capitalised words before a class word that do not name a product."""

NOT_PROPER = _words(
    """mobile humanoid legged soft aerial autonomous intelligent service social industrial collaborative snake
    modular parallel surgical robot robotic quadruped quadrupedal biped bipedal climbing reconfigurable personal
    assistive cartesian mars dubins braitenberg lagrangian jacobian bayesian gaussian markov kalman hamiltonian
    riemannian euler lyapunov newton linear planar serial spatial cable wearable first second third new novel
    proposed real smart universal artificial human multi small large micro nano redundant hybrid flexible
    continuum underwater space medical magnetic origami tendon cooperative heterogeneous multiple swarm multirobot
    open general single dual unmanned master slave virtual simulated stewart delta gough ackermann reeds shepp
    gecko"""
)
"""Capitalised words that are no robot's name, in lower case."""

NUMBER_WORDS = {
    "single": 1,
    "one": 1,
    "two": 2,
    "dual": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "sixteen": 16,
    "twenty": 20,
    "thirty": 30,
    "thirty-two": 32,
    "sixty-four": 64,
}

_PROCESSOR = _words(
    """mobile desktop edge consumer consumer-grade consumer-level embedded datacenter data-center server server-grade
    server-class laptop integrated discrete gaming multi-core multicore many-core manycore general-purpose x86
    server-side in-vehicle neuromorphic reconfigurable desktop-grade"""
)
_CAMERA = _words(
    """monocular stereo rgb-d rgbd rgb depth event event-based omnidirectional omni-directional fisheye fish-eye ccd
    cmos digital surveillance thermal infrared ir nir near-infrared endoscopic time-of-flight tof catadioptric
    panoramic spherical light-field lightfield plenoptic smartphone phone mobile-phone on-board onboard high-speed
    eye-in-hand wrist laparoscopic pan-tilt pan-tilt-zoom ptz kinect color colour rolling-shutter dashboard trail
    traffic security doorbell multispectral multi-spectral hyperspectral gimbal robot range frame-based line-scan
    telepresence vision video web 3d rgb-depth wearable dynamic-vision neuromorphic polarization single-photon
    spad sci overhead egocentric binocular trinocular wide-angle dslr underwater x-ray gamma roadside in-vehicle
    action cellphone cell dash 360-degree 360° lensless compressive uncooled surround-view stereoscopic
    global-shutter retinal-like silicon-retina industrial mobile"""
)
_SENSOR = _words(
    """depth tactile force torque force/torque force-torque f/t range inertial rgb-d rgbd rgb pressure wireless
    proximity wearable laser ultrasonic ultrasound magnetic optical-flow imu lidar radar infrared capacitive
    strain touch visuo-tactile visuotactile gas temperature joint-torque event-based event smartphone mobile spad
    acceleration ambient kinect flex emg eeg ppg biometric thermal cmos ccd fingertip stretch soft time-of-flight
    tof vision-based humidity chemical gyro acoustic sonar photoplethysmography piezoelectric piezoresistive fbg
    fiber-optic mems odor olfactory bioimpedance biomedical physiological iot in-situ single-photon polarization
    micro airflow whisker current 6-axis six-axis hall-effect hall bending curvature inclination electromagnetic
    slip force/tactile optical position joint image camera"""
)
_ROBOT = _words(
    """humanoid mobile legged industrial service soft aerial biped bipedal continuum modular surgical walking
    underwater quadruped quadrupedal collaborative ground snake snake-like climbing social wheeled flying
    assistive swimming jumping hopping hexapod tensegrity dual-arm self-reconfigurable reconfigurable micro rescue
    home guide cable-driven delta telepresence nursing companion wheeled-legged legged-wheeled planetary space
    agricultural swarm educational bin-picking inspection rehabilitation exoskeleton crawling spherical cartesian
    scara miniature tracked car-like domestic household humanlike parallel magnetic medical tendon-driven
    pneumatic inflatable origami brachiating amphibious insect-scale fish insect entertainment toy child
    differential-drive omnidirectional nonholonomic non-holonomic articulated redundant serial planar cleaning
    delivery warehouse wearable bimanual two-arm dual-armed two-armed multi-legged six-legged four-legged
    eight-legged one-legged two-legged single-legged multilegged musculoskeletal android tele-action security pipe
    in-pipe pipe-inspection wall-climbing marine aquatic unmanned vacuum farming field forestry construction
    harvesting painting welding flapping-wing growing vine deformable cooperative manipulator sensorized
    microscale nano rolling hospital camera telerobotic hydraulic self-balancing balancing catheter endoscopic
    laparoscopic concentric-tube personal compliant hyper-redundant anthropomorphic single-port"""
)
_DEVICE = _words(
    """edge mobile embedded iot wearable smart handheld hand-held portable haptic robotic ar vr ar/vr edge-computing
    neuromorphic fpga internet-of-things memristive memristor quantum microfluidic android ios"""
)
_PLATFORM = _words("mobile embedded robotic robot edge humanoid legged quadruped quadrupedal")
_VEHICLE = _words(
    """ground aerial underwater air micro-aerial micro surface unmanned robotic flapping marine wheeled all-terrain
    guided flapping-wing space legged flying agricultural micro-air multi-rotor multirotor amphibious operated
    remotely automated-guided tracked"""
)
_CLUSTER = _words(
    """gpu cpu compute computing hpc computer llm tpu linux beowulf training supercomputing workstation multi-gpu
    gpu-based serving spark hadoop device pc kubernetes"""
)
_MEMORY = _words(
    """gpu cpu on-chip off-chip flash device host non-volatile nonvolatile volatile persistent phase-change
    high-bandwidth graphics compute-in in-package hbm"""
)
_ARM = _words(
    """robot robotic mechanical manipulator dexterous prosthetic bionic industrial lightweight anthropomorphic
    humanoid dual master slave soft redundant continuum surgical haptic"""
)
_HAND = _words(
    """robot robotic prosthetic dexterous dextrous multi-fingered multifingered anthropomorphic underactuated
    under-actuated soft three-fingered four-fingered five-fingered two-fingered tendon-driven bionic artificial
    multi-finger three-finger humanoid adaptive myoelectric mechanical biomimetic"""
)
_GRIPPER = _words(
    """robot robotic adaptive soft parallel parallel-jaw two-finger two-fingered three-finger three-fingered
    underactuated suction vacuum pneumatic mechanical jaw electroadhesive industrial universal granular jamming
    flexible magnetic 2-finger 3-finger electrostatic anthropomorphic hydraulic nanotip gecko-inspired adhesive
    origami"""
)
_MANIPULATOR = _words(
    """robot robotic mobile parallel redundant continuum industrial serial planar aerial flexible space soft surgical
    dexterous hydraulic two-link two-arm hyper-redundant underwater underactuated cable-driven rigid-link dual-arm
    tendon-driven flexible-link n-link magnetic master slave lightweight modular 2r 3r spatial anthropomorphic
    multi-link single-arm articulated wheeled legged delta linear free-floating bimanual"""
)

HEADS: dict[str, tuple[str, frozenset[str]]] = {
    "camera": ("sensor", _CAMERA),
    "sensor": ("sensor", _SENSOR),
    "scanner": ("sensor", _words("laser 3d hand-held handheld lidar range mri ct depth flatbed ultrasound")),
    "robot": ("robot", _ROBOT),
    "vehicle": ("robot", _VEHICLE),
    "arm": ("robot", _ARM),
    "hand": ("robot", _HAND),
    "glove": ("other", _words("data sensing haptic sensor robotic instrumented sensorized tactile")),
    "device": ("edge", _DEVICE),
    "platform": ("edge", _PLATFORM),
    "hardware": ("edge", _words("edge embedded neuromorphic")),
    "cluster": ("cluster", _CLUSTER),
    "memory": ("memory", _MEMORY),
    "processor": (
        "cpu",
        _words(
            """signal multi-core multicore embedded graphics graphical neuromorphic arm mobile desktop many-core
            parallel ai vision quantum tensor manycore x86 edge neurosynaptic array analog cellular smartphone"""
        ),
    ),
    "chip": (
        "accelerator",
        _words(
            """vlsi neuromorphic ai analog silicon vision cmos mixed-signal asic fpga accelerator photonic quantum
            neural-network retina microfluidic neural edge-ai memristor tpu gpu npu"""
        ),
    ),
    "accelerator": (
        "accelerator",
        _words(
            """hardware ai deep-learning dnn cnn neural ml npu fpga gpu asic transformer specialized inference llm
            network neural-network domain-specific ml/ai graphics machine edge fpga-based neuromorphic photonic
            optical analog"""
        ),
    ),
    "core": ("cpu", _words("cpu gpu tensor tpu processor arm")),
    "computer": (
        "other",
        _words(
            """personal desktop laptop onboard on-board embedded single-board quantum notebook wearable host tablet
            on-robot neuromorphic companion parallel pocket hand-held handheld flight"""
        ),
    ),
    "workstation": ("other", _words("gpu desktop graphics cpu linux pc unix")),
    "server": ("other", _words("gpu")),
    "phone": ("mobile", _words("mobile cell smart android cellular camera")),
    "headset": (
        "other",
        _words("vr mr ar xr reality mixed-reality virtual-reality augmented-reality eeg mixed virtual augmented"),
    ),
    "display": (
        "other",
        _words(
            """head-mounted haptic tactile helmet-mounted lcd oled vibrotactile stereoscopic light-field holographic
            volumetric autostereoscopic head-up near-eye see-through head-worn"""
        ),
    ),
    "glasses": ("other", _words("smart ar ar/vr augmented-reality google eye-tracking")),
    "gripper": ("robot", _GRIPPER),
    "manipulator": ("robot", _MANIPULATOR),
    "motor": (
        "other",
        _words(
            "dc ultrasonic servo stepper brushless piezoelectric electric bldc linear induction hydraulic pneumatic"
        ),
    ),
    "actuator": (
        "other",
        _words(
            """pneumatic soft piezoelectric hydraulic sma elastic series-elastic series mckibben elastomer dielectric
            shape-memory electrostatic variable-stiffness electromagnetic electrohydraulic electrothermal
            memory-alloy"""
        ),
    ),
    "muscle": ("other", _words("artificial pneumatic air mckibben")),
    "interconnect": (
        "interconnect",
        _words("high-speed high-bandwidth gpu tcp on-chip optical chip-to-chip low-bandwidth"),
    ),
    "array": ("sensor", _words("microphone multi-electrode multielectrode electrode antenna microelectrode")),
    "microscope": (
        "sensor",
        _words("atomic force electron optical confocal scanning fluorescence atomic-force scanning-electron"),
    ),
    "aircraft": ("robot", _words("fixed-wing unmanned rotary-wing vtol flapping-wing")),
    "helicopter": ("robot", _words("autonomous unmanned model rc miniature small-scale robotic")),
    "telescope": ("sensor", _words("radio space tracking optical ground-based satellite")),
    "swarm": ("robot", _words("robot microrobotic robotic drone uav")),
    "skin": ("sensor", _words("artificial electronic tactile robot robotic sensitive")),
    "leg": ("robot", _words("robotic prosthetic robot")),
    "finger": ("robot", _words("robotic robot")),
    "suit": ("other", _words("assist motion-capture")),
}
"""Nouns that are hardware after one of these words: kind and words."""

MODIFIER_KINDS = {
    "robot": "robot",
    "humanoid": "robot",
    "legged": "robot",
    "quadrup": "robot",
    "mobile": "mobile",
    "haptic": "other",
    "quantum": "quantum",
    "wearable": "sensor",
    "neuromorphic": "accelerator",
    "memristor": "accelerator",
    "fpga": "accelerator",
}
"""What a device or platform is, by a part of the words before it."""

NEVER_BARE = _words("camera robot sensor accelerator cluster")
"""Generic entries of the vocabulary that are too wide on their own."""

EXTENDERS: dict[str, frozenset[str]] = {
    "gpu": _PROCESSOR,
    "cpu": _PROCESSOR,
    "tpu": _words("edge cloud"),
    "accelerator": _words("neuromorphic edge embedded mobile"),
    "sensor": _words(
        """2d 3d 4d 2-d 3-d automotive rotating spinning solid-state mechanical airborne single-line multi-beam
        scanning planar imaging mmwave millimeter-wave multibeam side-scan doppler fmcw ground-penetrating
        flexible wearable rate smartphone stereo monocular event depth rgb-d thermal underwater on-board onboard
        force optical 6-axis"""
    ),
    "robot": _MANIPULATOR
    | _words(
        """fixed-wing rotary-wing multi-rotor flapping lower-limb upper-limb nano small-scale quadrotor hexarotor
        multirotor octorotor adaptive parallel-jaw two-finger two-fingered suction humanoid quadruped legged biped
        wheeled mobile wearable ankle knee hand soft multi-fingered underactuated powered ankle-foot transfemoral
        knee-ankle rehabilitation nanotip three-fingered industrial micro"""
    ),
    "mobile": _words("android"),
    "edge": _words("mobile"),
    "other": _words("head-mounted vr ar mr dc"),
}
"""Modifiers that belong to a form before a noun which is hardware without them, by kind."""
