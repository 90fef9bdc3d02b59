"""The configuration of a pipeline, from a TOML file; unknown keys are refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kg.errors import ConfigError
from kg.vocabulary import SEEDS

__all__ = ["MODEL", "MODEL_FILES", "NO_MODEL", "Config", "read_config"]


MODEL = Path(__file__).parent / "extractors" / "model"
"""The neural model that ships with the package."""

MODEL_FILES = ("cues.json", "model.json", "model.onnx", "tokenizer.json")
"""What a folder of a model holds."""

NO_MODEL = "none"
"""The value of ``model`` that leaves the neural model out."""


class Config(BaseModel):
    """Settings of extraction and build.

    Attributes:
        seeds: Folder with the seed vocabularies.
        components: spaCy components in order; None for the default pipeline.
        settings: Component -> its settings, as ``nlp.add_pipe`` takes them.
        min_confidence: Least confidence of what is written or put into a graph, 0 to 1.
        model: Folder of a neural model that ``kg train`` wrote; None for the one that ships, "none" for rules alone.
        batch_size: Papers a worker takes at a time.
        workers: Processes that extract; 0 for one a core.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: Path = SEEDS
    components: tuple[str, ...] | None = None
    settings: dict[str, dict[str, Any]] = {}
    model: str | None = None
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    batch_size: int = Field(default=32, ge=1, le=100_000, strict=True)
    workers: int = Field(default=0, ge=0, le=1024, strict=True)


def read_config(path: str | Path | None) -> Config:
    """The configuration of a TOML file; the defaults when there is none.

    Raises:
        ConfigError: if the file cannot be read or parsed, a key is unknown or ill-typed, or there is no such folder of
            seeds.
    """
    if path is None:
        return Config()
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Config.model_fields)
        hint = f" (known keys: {known})" if first["type"] == "extra_forbidden" else ""
        raise ConfigError(f"{path}: {where}: {first['msg']}{hint}") from error
    if config.model not in (None, NO_MODEL) and not Path(str(config.model)).is_dir():
        raise ConfigError(f"{path}: model: {config.model} is not a folder (or say {NO_MODEL!r} for rules alone)")
    if not config.seeds.is_dir():
        raise ConfigError(f"{path}: seeds: {config.seeds} is not a folder")
    return config
