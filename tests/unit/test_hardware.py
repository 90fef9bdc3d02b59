from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from kg.candidates import Candidate
from kg.extractors.base import TITLE_SEPARATOR, candidates_of
from kg.extractors.hardware import CONFIDENCE, HardwareMatcher, find_hardware, matcher_for
from kg.extractors.hardware_terms import name_of, word_before
from kg.linking.local import link_candidates
from kg.vocabulary import Entry, load_vocabulary


def forms(text: str) -> list[str]:
    return [text[c.start : c.end] for c in find_hardware(text)]


def one(text: str) -> Candidate:
    (found,) = find_hardware(text)
    return found


@pytest.mark.parametrize(
    ("text", "form", "name", "count"),
    [
        ("We trained on 8xH200 overnight.", "H200", "H200", 8),
        ("It took 48 GH200s.", "GH200s", "GH200", 48),
        ("We use 16 x V100 per run.", "V100", "V100", 16),
        ("We use 8 × A100-80G per run.", "A100-80G", "A100-80G", 8),
        ("We use 4*A100 per run.", "A100", "A100", 4),
        (r"We use 4$\times$A100 per run.", "A100", "A100", 4),
        ("a run on two NVIDIA RTX 4090 (24 GB) took a day", "NVIDIA RTX 4090", "NVIDIA RTX 4090", 2),
        ("a run on eight NVIDIA A100 80GB GPUs", "NVIDIA A100 80GB GPUs", "NVIDIA A100 80GB", 8),
        ("a job of 1,024 Huawei Ascend 950 chips", "Huawei Ascend 950 chips", "Huawei Ascend 950", 1024),
        ("fits a single RTX 3090Ti card", "RTX 3090Ti card", "RTX 3090Ti", 1),
        ("about 2.5k H100 GPUs", "H100 GPUs", "H100", 2500),
        ("on 4 high-end Titan Xp GPUs", "Titan Xp GPUs", "Titan Xp", 4),
        ("on one 80GB A100 GPU", "A100 GPU", "A100", 1),
        ("nodes with A100s (8) each", "A100s", "A100", 8),
        ("nodes with A100 x 8 each", "A100", "A100", 8),
        ("it needs 200 H100 GPU hours", "H100 GPU", "H100", None),
        ("with dozens of H100 GPUs", "H100 GPUs", "H100", None),
    ],
)
def test_products_have_span_name_and_number_of_units(text: str, form: str, name: str, count: int | None) -> None:
    found = one(text)
    assert text[found.start : found.end] == form
    assert found.named
    assert found.attributes["name"] == name
    assert found.attributes.get("count") == count


@pytest.mark.parametrize(
    ("text", "form", "count"),
    [
        ("scales to 12,000 GPUs", "GPUs", 12000),
        ("on an 8-GPU node", "GPU", 8),
        ("on a single GPU", "GPU", 1),
        ("on one commodity GPU", "GPU", 1),
        ("on hundreds of GPUs", "GPUs", None),
        ("on thousands of smartphones", "smartphones", None),
        ("for 300 GPU hours", "GPU", None),
        ("on 100K+ GPUs", "GPUs", 100000),
        ("on 123456789012 GPUs", "GPUs", None),
        ("ran on 720 cores", "cores", 720),
        ("on four edge devices", "edge devices", 4),
        ("a 6 DOF robot arm", "robot arm", None),
        ("at $40 GPUs are cheap", "GPUs", None),
    ],
)
def test_common_nouns_are_counted_where_the_text_says_how_many(text: str, form: str, count: int | None) -> None:
    found = one(text)
    assert text[found.start : found.end] == form
    assert not found.named
    assert found.attributes.get("count") == count
    assert "name" not in found.attributes


@pytest.mark.parametrize(
    ("text", "form", "kind", "vendor"),
    [
        ("on NVIDIA RTX 6090 GPUs", "NVIDIA RTX 6090 GPUs", "gpu", "NVIDIA"),
        ("on an NVIDIA B400 GPU", "NVIDIA B400 GPU", "gpu", "NVIDIA"),
        ("on B700 GPUs", "B700 GPUs", "gpu", None),
        ("on a Radeon RX 9970 XT", "Radeon RX 9970 XT", "gpu", "AMD"),
        ("on TPU v8e-256", "TPU v8e-256", "tpu", "Google"),
        ("on an Intel Xeon Gold 7999R CPU", "Intel Xeon Gold 7999R CPU", "cpu", "Intel"),
        ("on an Intel(R) Core(TM) i7-9700K", "Intel(R) Core(TM) i7-9700K", "cpu", "Intel"),
        ("on an AMD EPYC 9999", "AMD EPYC 9999", "cpu", "AMD"),
        ("on a Snapdragon 8 Gen 9 SoC", "Snapdragon 8 Gen 9 SoC", "mobile", "Qualcomm"),
        ("on an iPhone 27 Pro", "iPhone 27 Pro", "mobile", "Apple"),
        ("on a Samsung Galaxy S31 Ultra phone", "Samsung Galaxy S31 Ultra phone", "mobile", "Samsung"),
        ("on a Raspberry Pi 7B", "Raspberry Pi 7B", "edge", "Raspberry Pi"),
        ("on an STM32H999 microcontroller", "STM32H999 microcontroller", "cpu", "STMicroelectronics"),
        ("on a KUKA KR270", "KUKA KR270", "robot", "KUKA"),
        ("on a Fanuc robot", "Fanuc robot", "robot", "FANUC"),
        ("on an Nvidia GPU", "Nvidia GPU", "gpu", "NVIDIA"),
        ("on an IBM Quantum Kiwi processor", "IBM Quantum Kiwi processor", "quantum", "IBM"),
        ("with Hokuyo UST-99LX scanners", "Hokuyo UST-99LX scanners", "sensor", "Hokuyo"),
    ],
)
def test_products_that_no_vocabulary_knows_are_found(text: str, form: str, kind: str, vendor: str | None) -> None:
    found = one(text)
    assert text[found.start : found.end] == form
    assert found.named
    assert found.attributes["kind"] == kind
    assert found.attributes.get("vendor") == vendor


@pytest.mark.parametrize(
    ("text", "form", "entry", "memory"),
    [
        ("on a Tesla V100-SXM2-32GB", "Tesla V100-SXM2-32GB", "V100 32GB", 32),
        ("on an A100 (80GB) GPU", "A100 (80GB) GPU", "A100 80GB", 80),
        ("on an A100 40 GB card", "A100 40 GB card", "A100 40GB", 40),
        ("on a GTX1080Ti", "GTX1080Ti", "GTX 1080 Ti", 11),
        ("on a Titan X (Pascal) GPU", "Titan X (Pascal) GPU", "Titan X (Pascal)", 12),
        ("on an RTX A6000 48GB", "RTX A6000 48GB", "RTX A6000", 48),
        ("on Google Cloud TPU v3-8", "Google Cloud TPU v3-8", "TPU v3", None),
        ("on TPUv2s", "TPUv2s", "TPU v2", None),
        ("with an NVIDIA Jetson AGX embedded GPU", "NVIDIA Jetson AGX embedded GPU", "Jetson AGX", None),
        ("with the Willow Garage's PR2 robot", "Willow Garage's PR2 robot", "PR2", None),
        ("with the PR2 bimanual mobile manipulator", "PR2 bimanual mobile manipulator", "PR2", None),
        ("with a KUKA LWR4+ manipulator arm", "KUKA LWR4+ manipulator arm", "KUKA LWR", None),
        ("with a Kinect RGB-D camera", "Kinect RGB-D camera", "Kinect", None),
        ("on the Frontier supercomputer", "Frontier supercomputer", "Frontier", None),
        ("with graphics processing units", "graphics processing units", "GPU", None),
        ("with on-chip memories", "on-chip memories", "on-chip memory", None),
        ("with a LIDAR", "LIDAR", "LiDAR", None),
    ],
)
def test_a_mention_is_linked_to_the_entry_it_says_in_full(text: str, form: str, entry: str, memory: int | None) -> None:
    found = one(text)
    assert text[found.start : found.end] == form
    assert found.entry is not None
    assert found.entry.name == entry
    assert found.attributes.get("memory_gb") == memory


def test_memory_before_the_product_is_its_memory() -> None:
    assert one("on a 40GB A100").attributes["memory_gb"] == 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a stereo camera and a rolling-shutter camera", ["stereo camera", "rolling-shutter camera"]),
        ("the camera pose and the camera trajectory", []),
        ("from a camera mounted on it", ["camera"]),
        ("a lidar-camera setup", ["lidar"]),
        ("fuses LiDAR and camera features", ["LiDAR", "camera"]),
        ("fuses camera and radar features", ["camera", "radar"]),
        ("we learn robot policies for robots", []),
        ("a legged robot, a hexapod and 3D LiDAR sensors", ["legged robot", "hexapod", "3D LiDAR sensors"]),
        ("depth sensors and joint torque sensors", ["depth sensors", "joint torque sensors"]),
        ("monocular camera localization", []),
        ("mobile robot navigation", []),
        ("hardware, devices, machines, servers and nodes", []),
        ("GPU memory usage grows", ["GPU"]),
        ("limited by GPU memory", ["GPU memory"]),
        ("the CPU memory footprint", ["CPU"]),
        ("consumer GPUs and mobile CPUs", ["consumer GPUs", "mobile CPUs"]),
        ("modern powerful GPUs", ["GPUs"]),
        ("Multi-GPU training", ["GPU"]),
        ("the OULU-NPU test set", []),
        ("the Neural GPU learns addition", []),
        ("TPU filament for the printed sole", []),
        ("runs on GPU or TPU", ["GPU", "TPU"]),
        ("runs on TPUs", ["TPUs"]),
        ("many accelerators idle", ["accelerators"]),
        ("particle accelerators and an accelerator", []),
        ("a cluster of GPUs", ["cluster", "GPUs"]),
        ("to cluster GPU traces", ["GPU"]),
        ("each star cluster in the data", []),
        ("two core ideas and their cores", []),
        ("with a dual-arm setup", []),
        ("with a robotic arm and a prosthetic hand", ["robotic arm", "prosthetic hand"]),
        ("on the other hand", []),
        ("embedded platforms, legged platforms and haptic devices", None),
        ("a fixed-wing UAV and quadrotor UAVs", ["fixed-wing UAV", "quadrotor UAVs"]),
    ],
)
def test_common_nouns_are_hardware_in_the_right_company(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["embedded platforms", "legged platforms", "haptic devices"]
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("on embedded platforms", "edge"),
        ("on legged platforms", "robot"),
        ("on robotic devices", "robot"),
        ("on mobile devices", "mobile"),
        ("on DRAM", "memory"),
        ("over InfiniBand", "interconnect"),
        ("on flash SSDs", "storage"),
        ("on FPGAs", "accelerator"),
        ("on a quantum annealer", "quantum"),
        ("with a 3D printer", "other"),
        ("with an IMU", "sensor"),
        ("on a GPU cluster", "cluster"),
    ],
)
def test_nouns_have_a_kind(text: str, kind: str) -> None:
    assert one(text).attributes["kind"] == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("experiments with the robot Baxter", ["Baxter"]),
        ("experiments of Baxter et al.", []),
        ("the Baxter robot", ["Baxter robot"]),
        ("simulations on Summit with 4,608 GPUs", ["Summit", "GPUs"]),
        ("at the Summit of leaders", []),
        ("a Nao humanoid", ["Nao humanoid"]),
        ("the Atlas-based robot", []),
        ("the brain atlas of a robot", []),
        ("trained with T4 GPUs", ["T4 GPUs"]),
        ("the T4 cells", []),
        ("the Ascend 920 processor", ["Ascend 920 processor"]),
    ],
)
def test_ambiguous_names_need_support(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the TOCABI humanoid robot", ["TOCABI humanoid robot"]),
        ("we used the Odin robot there", ["Odin robot"]),
        ("the humanoid robot BARTHOC was used", ["BARTHOC"]),
        ("our walking robot QUADRAN XIII climbs", ["walking robot"]),
        ("our walking robot QUADRAN XIII, which climbs", ["QUADRAN XIII"]),
        ("the robot ROS, which", []),
        ("A Cartesian robot", ["Cartesian robot"]),
        ("the Bayesian robot", []),
        ("the PQR hand dataset", []),
        ("on the Lise supercomputer", ["Lise supercomputer"]),
        ("a CoBot mobile service robot", ["CoBot mobile service robot"]),
    ],
)
def test_robots_are_found_by_the_way_they_are_named(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_the_capitals_of_a_title_name_no_robot() -> None:
    assert forms("Control of an Uncertain Robot" + TITLE_SEPARATOR + "Nothing.") == []
    assert forms("Control of the robot Tibi in" + TITLE_SEPARATOR + "Nothing.") == []
    assert forms("A title" + TITLE_SEPARATOR + "Control of the robot Tibi in.") == ["Tibi"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a quadruped robot, ANYmal, walks", ["ANYmal"]),
        ("ANYmal, a quadruped robot, walks", ["ANYmal"]),
        ("a depth camera (Kinect) sees", ["Kinect"]),
        ("Toyota HSR, a mobile manipulator, moves", ["Toyota HSR"]),
        ("quadruped robots and ANYmal", ["quadruped robots", "ANYmal"]),
        ("a drone with Kinect", ["drone", "Kinect"]),
        ("Kinect, a GPU and a drone", ["Kinect", "GPU", "drone"]),
    ],
)
def test_a_noun_that_only_explains_the_product_beside_it_is_dropped(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize("text", ["the Kinect Fusion method", "the Kinect Gesture dataset", "the Kinect dataset"])
def test_a_product_within_another_name_is_none(text: str) -> None:
    assert forms("Title" + TITLE_SEPARATOR + text) == []


def test_a_title_in_capitals_still_has_its_product() -> None:
    assert forms("Kinect Based Gaming" + TITLE_SEPARATOR) == ["Kinect"]


def test_acronyms_that_the_text_defines_are_mentions_of_the_same_entity() -> None:
    text = "A soft pneumatic actuator (SPA) bends. Two SPAs lift it. SPA-like or SPA (SPA)."
    found = find_hardware(text)
    assert forms(text) == ["soft pneumatic actuator", "SPA", "SPAs", "SPA", "SPA"]
    assert {c.group for c in found} == {"soft pneumatic actuator"}
    assert len({identity for identity, _ in link_candidates(text, found)}) == 1


def test_an_acronym_of_something_else_is_none() -> None:
    assert forms("a soft pneumatic actuator (XYZ) bends") == ["soft pneumatic actuator"]


def test_an_acronym_is_looked_for_once() -> None:
    text = "a soft pneumatic actuator (SPA), a soft pneumatic actuator (SPA)"
    assert len(find_hardware(text)) == 4


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("We present a novel underwater robot.", "introduced"),
        ("This paper introduces the Lise supercomputer.", "introduced"),
        ("We evaluate on an underwater robot.", "used"),
        ("We present results. An underwater robot swims.", "used"),
    ],
)
def test_what_a_paper_presents_is_introduced(text: str, role: str) -> None:
    assert find_hardware(text)[-1].role == role


@pytest.mark.parametrize(
    "text",
    ["xGPU", "GPUx", "my_GPU", "GPU_2", "#GPU", "@GPU", "a.GPU", "v2xA100b", "TPU", "intel cpu", "RTX on"],
)
def test_parts_of_words_and_lower_case_products_are_none(text: str) -> None:
    assert forms(text) == []


def test_mentions_are_in_order_without_overlap_and_with_the_confidence_of_a_rule() -> None:
    text = "Two Franka Emika Panda robot arms, a Kinect camera, 4 V100s, edge devices, a camera and GPU clusters."
    found = find_hardware(text)
    assert [c.start for c in found] == sorted(c.start for c in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert {c.confidence for c in found} <= set(CONFIDENCE.values())
    assert {c.extractor for c in found} == {"hardware"}
    assert {c.type for c in found} == {"Hardware"}
    assert len(found) == 6


PIECES = [
    *"GPU A10xX-()\n,.'’s8k2®\\{}<>&\"",
    " robot",
    "NVIDIA ",
    " the ",
    "GB",
    "\ud800",
    "İ",
    "RTX ",
    " camera",
    "a ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_text_gives_spans_inside_it_without_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    end = 0
    for found in find_hardware(text):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip()
        end = found.end


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_product_is_found_whatever_surrounds_its_sentence(before: str, after: str) -> None:
    text = f"{before}\n\nWe train on NVIDIA A100 GPUs.\n\n{after}"
    assert "NVIDIA A100 GPUs" in forms(text)


@pytest.mark.parametrize(
    "unit",
    ["GPU ", "A100 ", "NVIDIA ", "the Foo robot ", "KUKA robot arm (KRA) ", "8x", "soft robotic ", "RTX ", "(", "a-"],
)
def test_long_hostile_texts_take_linear_time(unit: str) -> None:
    started = time.process_time()
    find_hardware(unit * (100_000 // len(unit)))
    assert time.process_time() - started < 5


def test_many_acronyms_are_not_all_looked_for() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [f"{a}abc {b}abc robot ({a}{b}R)" for a in letters for b in letters]
    assert find_hardware(". ".join(names)) is not None


def test_nothing_is_found_in_nothing() -> None:
    assert find_hardware("") == []


def test_the_vocabulary_of_a_folder_is_used(tmp_path: Path) -> None:
    lines = [
        {"name": "Zorbo", "kind": "robot", "maker": "Zorb Works"},
        {"name": "quux sensor", "named": False},
        {"name": "Plain"},
    ]
    (tmp_path / "hardware.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    text = "A Zorbo arm with quux sensors and Plain."
    found = find_hardware(text, tmp_path)
    assert [text[c.start : c.end] for c in found] == ["Zorbo arm", "quux sensors", "Plain"]
    assert found[0].attributes == {"kind": "robot", "name": "Zorbo", "vendor": "Zorb Works"}
    assert found[2].attributes["kind"] == "other"
    assert matcher_for(tmp_path) is matcher_for(tmp_path)


def test_entries_of_other_types_and_without_letters_are_passed_over() -> None:
    entries = [Entry("Method", "Zorbo"), Entry("Hardware", "C-3", kind="robot"), Entry("Hardware", "+")]
    matcher = HardwareMatcher(entries)
    assert matcher.find("Zorbo") == []
    assert len(matcher.find("the C3 moves")) == 1


def test_the_component_adds_its_candidates_in_any_pipeline(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kg_hardware")
    doc = nlp("Trained on 8 NVIDIA A100 GPUs.")
    (found,) = candidates_of(doc)
    assert doc.text[found.start : found.end] == "NVIDIA A100 GPUs"
    other = spacy.blank("en")
    other.add_pipe("kg_hardware", config={"folder": str(tmp_path)})
    assert candidates_of(other("Trained on a Kinect.")) == []


def test_every_named_entry_is_found_by_its_name() -> None:
    context = {"robot": "robot", "cluster": "supercomputer", "sensor": "sensor", "quantum": "qubit", "gpu": "CUDA"}
    lost = []
    for entry in load_vocabulary().entries:
        if entry.type != "Hardware" or not entry.named:
            continue
        text = f"It used {entry.name}, and the {context.get(entry.kind or '', 'processor, Ethernet network, DRAM')}."
        if not any(c.entry == entry for c in find_hardware(text)):
            lost.append(entry.name)
    assert len(lost) < 25, lost


@pytest.mark.parametrize(
    ("surface", "entry", "name"),
    [
        ("A100s", None, "A100"),
        ("Willow  Garage's PR2", None, "Willow Garage PR2"),
        ("TurtleBots", Entry("Hardware", "TurtleBot"), "TurtleBot"),
        ("Meta Ray-Bans", None, "Meta Ray-Bans"),
        ("Graphics", Entry("Hardware", "Graphics"), "Graphics"),
    ],
)
def test_names_are_singular(surface: str, entry: Entry | None, name: str) -> None:
    assert name_of(surface, entry) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("robot", (5, "")),
        ("a (soft robot", (3, "soft")),
        ("x" * 50 + " robot", (51, "")),
        ("soft,robot", (10, "")),
    ],
)
def test_the_word_before_a_place(text: str, expected: tuple[int, str]) -> None:
    at = text.rfind("robot") if text.endswith("robot") and " robot" in text else len(text)
    assert word_before(text, at) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GraspoBot: An Entirely Printed Adaptive Gripper\n\nWe print GraspoBot in one piece.", "GraspoBot"),
        ("Design of a gripper\n\nWe present softClaw, a novel soft gripper for fruit. softClaw lifts.", "softClaw"),
        ("On walking\n\nIt walks on a quadruped robot called “Trotta II”. Trotta II is fast.", "Trotta II"),
    ],
)
def test_a_device_is_found_by_the_name_that_its_paper_gives_it(text: str, name: str) -> None:
    named = [c for c in find_hardware(text) if c.named]
    assert [text[c.start : c.end] for c in named] == [name, name]
    assert {c.role for c in named} == {"introduced"}


@pytest.mark.parametrize(
    "text",
    [
        "FooPlan: A Planner for a Robot\n\nIt plans.",
        "We present FooNet, a controller of a robot arm.",
        "FooNet: a robot arm controller\n\nIt controls.",
        "We use a robot called ROS.",
    ],
)
def test_what_is_only_about_a_device_is_no_device(text: str) -> None:
    assert not [c for c in find_hardware(text) if c.named]


def test_sensors_and_boards_are_found_by_their_model_numbers() -> None:
    assert forms("with an XQ4012 depth camera and a single 3090 GPU") == ["XQ4012 depth camera", "3090 GPU"]
