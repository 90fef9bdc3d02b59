from __future__ import annotations

import pytest

from kg.linking.variants import ancestor_names, parent_name


@pytest.mark.parametrize(
    ("entity_type", "name", "ancestors"),
    [
        ("Method", "LLaMA-2-70B", ["LLaMA-2", "LLaMA"]),
        ("Method", "Qwen2.5-7B-Instruct", ["Qwen2.5-7B", "Qwen2.5", "Qwen2", "Qwen"]),
        ("Method", "ViT-L/14", ["ViT"]),
        ("Method", "ResNet-50", ["ResNet"]),
        ("Method", "GPT-4o-mini", ["GPT-4o", "GPT-4", "GPT"]),
        ("Method", "Swin Transformer V2", ["Swin Transformer"]),
        ("Method", "T5-11B", ["T5"]),
        ("Method", "word2vec", []),
        ("Method", "PPO", []),
        ("Dataset", "ImageNet-21K", ["ImageNet"]),
        ("Dataset", "COCO 2017", ["COCO"]),
        ("Dataset", "SWE-bench Verified", ["SWE-bench"]),
        ("Dataset", "KITTI", []),
        ("Hardware", "NVIDIA A100 80GB", ["A100 80GB", "A100"]),
        ("Hardware", "H100 SXM5", ["H100"]),
        ("Hardware", "TPU v3-8", ["TPU v3", "TPU"]),
        ("Hardware", "RTX 4090 (24 GB)", ["RTX 4090", "RTX"]),
        ("Hardware", "Raspberry Pi 4 Model B", ["Raspberry Pi 4", "Raspberry Pi"]),
        ("Hardware", "NVIDIA", []),
        ("Metric", "Recall@5", ["Recall"]),
        ("Metric", "F1", []),
        ("Task", "task 2", []),
        ("Method", "-50", []),
        ("Method", "", []),
    ],
)
def test_suffixes_come_off_one_at_a_time(entity_type: str, name: str, ancestors: list[str]) -> None:
    assert ancestor_names(name, entity_type) == ancestors
    assert parent_name(name, entity_type) == (ancestors[0] if ancestors else None)


@pytest.mark.parametrize("name", ["1" * 20000, "-" * 20000 + "7B", "a " * 10000 + "v2", "x" + " 1" * 5000])
def test_hostile_names_take_no_long_time(name: str) -> None:
    for entity_type in ("Method", "Dataset", "Hardware", "Metric"):
        parent = parent_name(name, entity_type)
        assert parent is None or name.startswith(parent)
