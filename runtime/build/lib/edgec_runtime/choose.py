"""Which variant of a bundle runs here, and with what; and which are wanted."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from edgec_runtime.bundle import Bundle
from edgec_runtime.engines import Implementation, find_engine
from edgec_runtime.engines.packages import check_version
from edgec_runtime.errors import EngineError, EngineMissingError, UsageError, VariantError
from edgec_runtime.faults import check_known_faults
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant that can run on this machine.

    `source` is the variant whose files are loaded: `variant` itself, or its sibling where the engine that is
    installed cannot read the files of `variant` (see engines/).
    """

    variant: Variant
    source: Variant
    implementation: Implementation


def choose(
    bundle: Bundle, target: str | None = None, precision: str | None = None, profile: str | None = None
) -> Choice:
    """The variant to run: of the target given, else of the first that this machine can run.

    Without a precision, the one that the installed engine prefers; without a profile, the first that this
    processor can run. Raises VariantError where the bundle has no such variant or none for this processor,
    EngineMissingError or EngineVersionError where only the engine is in the way.
    """
    targets = dict.fromkeys(v.target for v in bundle.manifest.variants) if target is None else (target,)
    problems: list[EngineError | VariantError] = []
    for name in targets:
        try:
            return _for_target(bundle, name, precision, profile)
        except (EngineError, VariantError) as error:
            problems.append(error)
    # What an install would mend is the more useful thing to say.
    raise next((problem for problem in problems if isinstance(problem, EngineError)), problems[0])


def _for_target(bundle: Bundle, target: str, precision: str | None, profile: str | None) -> Choice:
    choice = _runnable(bundle, bundle.variant(target, precision, profile=profile))
    preferred = choice.implementation.prefers
    if precision is None and choice.variant.precision != preferred:
        with suppress(VariantError):  # the bundle has none, or none for this processor
            other = bundle.variant(target, preferred, profile=profile)
            if not other.slower_than_fp32:
                return _runnable(bundle, other)
    return choice


def _runnable(bundle: Bundle, variant: Variant) -> Choice:
    check_known_faults(variant)
    implementation = find_engine(variant.engine)
    other = implementation.reads != variant.engine
    source = _sibling(bundle, variant, implementation) if other else variant
    check_version(source.engine, str(implementation.version()), source.min_engine_version)
    return Choice(variant, source, implementation)


def _sibling(bundle: Bundle, variant: Variant, implementation: Implementation) -> Variant:
    wanted = (implementation.reads, variant.precision, variant.profile)
    for other in bundle.manifest.variants:
        if (other.engine, other.precision, other.profile) == wanted:
            return bundle.variant(other.target, other.precision, profile=other.profile)
    words = in_words(variant.precision, variant.profile)
    raise EngineMissingError(
        f"{variant.target} {words}: {implementation.packages[0]} is installed, which runs only "
        f"the {implementation.reads} variant of a bundle, and this bundle has none in {words}: "
        f"pip install 'edgec-runtime[{variant.engine}]'"
    )


def wanted_variants(bundle: Bundle, targets: Sequence[str], precisions: Sequence[str]) -> list[Variant]:
    """The variants of `targets` in `precisions` (none named: all), in the manifest's order.

    Raises UsageError for a target or precision that the bundle does not hold, and where none is left.
    """
    for word in targets:
        _check_held(bundle, "target", word)
    for word in precisions:
        _check_held(bundle, "precision", word)
    found = [
        variant
        for variant in bundle.manifest.variants
        if (not targets or variant.target in targets) and (not precisions or variant.precision in precisions)
    ]
    if not found:
        raise UsageError(f"{bundle.path} holds no variant of {', '.join(targets)} in {', '.join(precisions)}")
    return found


def _check_held(bundle: Bundle, key: str, word: str) -> None:
    words = dict.fromkeys(str(getattr(variant, key)) for variant in bundle.manifest.variants)
    if word not in words:
        raise UsageError(f"{bundle.path} has no variant of the {key} {word!r}: choose {', '.join(words)}")
