"""`edgec build`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import ARTIFACTS, bench_line, eval_line, exit_code, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.networks import network_options
from edgec.cli.recipes import make_recipe, recipe_from
from edgec.cli.words import PRECISIONS, Floats, Names, Size, TargetWord, Word
from edgec_calibration.methods import METHODS


@click.command(cls=Command, name="build")
@click.option(
    "--model",
    metavar="MODEL",
    help="A name of `edgec models`, package.module:factory, file.py:factory or net.onnx.",
)
@click.option(
    "--recipe",
    "recipe_file",
    type=click.Path(path_type=Path),
    help="A YAML file that says what to build, in place of --model and such.",
)
@click.option(
    "overrides",
    "--set",
    multiple=True,
    metavar="KEY=VALUE",
    help="Another value than the recipe's; repeatable.",
)
@network_options
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Weights: .safetensors or .pt.")
@click.option(
    "--quant",
    "precisions",
    multiple=True,
    type=Word("precision", PRECISIONS),
    help="Precision of the variants, may be repeated; fp32 is always built, as the reference for bench and "
    "eval. Default: int8-static.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=TargetWord(),
    help="A name of `edgec targets`, may be repeated. Default: cpu, openvino and tflite.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="Profile of `edgec targets` to build int8-static and mixed in, may be repeated. Default: portable.",
)
@click.option("--size", type=Size(), default="256x256", show_default=True, help="Height and width in pixels.")
@click.option(
    "--channels",
    type=click.IntRange(1, 1024),
    help="Channels of the input, where the model leaves them open.",
)
@click.option(
    "--colour", type=Word("colour order", ("grey", "rgb", "bgr")), help="What the input's channels are."
)
@click.option("--scale", type=float, help="A pixel is multiplied by this. Default: 1/255.")
@click.option("--mean", type=Floats(), help="Subtracted after scaling, per channel. Default: 0.")
@click.option("--std", type=Floats(), help="Divided by after that, per channel. Default: 1.")
@click.option(
    "--activation",
    type=Word("activation", ("none", "sigmoid", "softmax")),
    help="What turns the output into probabilities. Default: what the graph lacks.",
)
@click.option(
    "--output",
    type=Word("output", ("probability", "mask")),
    help="What is asked of it; mask leaves out the closing Sigmoid or Softmax. Default: probability.",
)
@click.option("--threshold", type=float, help="Probability from which a pixel is of the class. Default: 0.5.")
@click.option("--classes", type=Names(), help="Names of the classes, the background first.")
@click.option(
    "--calibration", metavar="DATA", help="Images to calibrate on: a data set, a folder or an .npz file."
)
@click.option(
    "--calibration-samples",
    type=click.IntRange(min=1),
    help="At most so many of them, chosen from dark to bright. Default: 64.",
)
@click.option(
    "--calibration-method",
    type=Word("calibration method", METHODS),
    help="How ranges are taken from them. Default: min-max.",
)
@click.option(
    "--data", "evaluation", metavar="DATA", help="Images with masks: the accuracy goes into the bundle."
)
@click.option(
    "--io",
    type=Word("type of input and output", ("float", "int8")),
    help="What quantized TFLite networks take and give; `Session` converts. Default: float.",
)
@click.option("--float-layers", type=Names(), help="Layers that stay in float where the precision is mixed.")
@click.option("max_latency_ms", "--max-latency", type=float, metavar="MS", help="Budget for `edgec gate`.")
@click.option("max_memory_mib", "--max-memory", type=float, metavar="MIB", help="Budget for `edgec gate`.")
@click.option("max_size_mib", "--max-size", type=float, metavar="MIB", help="Budget for `edgec gate`.")
@click.option("--name", help="The bundle's name. Default: the model's.")
@click.option("--version", help="The bundle's semantic version. Default: 1.0.0.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=ARTIFACTS, help="Folder for it. Default: artifacts."
)
@click.option(
    "--allow-slower",
    is_flag=True,
    help="Keep a variant that is slower than its target's fp32 here, labelled so, and do not refuse it.",
)
@click.option("--no-measure", is_flag=True, help="Compare no speeds: nothing is refused for being slow.")
@click.option("--force", is_flag=True, help="Replace a bundle of this name and version that differs.")
@click.pass_obj
def command(
    display: Display,
    /,
    recipe_file: Path | None,
    overrides: tuple[str, ...],
    out: Path,
    force: bool,
    allow_slower: bool,
    no_measure: bool,
    **options: Any,
) -> int:
    """Build a bundle from a network.

    The bundle holds a variant for each target and precision; one that is slower than its target's fp32 on
    this machine is refused. Exit code 1: some variant was refused; the table says why.
    """
    from edgec.pipeline import Slower, build
    from edgec.report.build import build_document, build_table, evaluated_on

    if overrides and recipe_file is None:
        raise click.UsageError("--set changes a recipe: add --recipe FILE, or use the options")
    recipe = make_recipe(options) if recipe_file is None else recipe_from(recipe_file, overrides)
    with display.progress() as progress:
        slower: Slower = "unmeasured" if no_measure else "label" if allow_slower else "refuse"
        result = build(recipe, out, slower=slower, force=force, progress=progress)
    for warning in result.warnings:
        display.warn(warning)
    bundle = result.bundle
    then = [bench_line(bundle), eval_line(bundle, evaluated_on(result) or "DATA"), run_line(bundle)]
    display.result(build_document(result), build_table(result), then=then)
    return exit_code([row.built is None for row in result.variants])
