"""``dedup warmup``: compile the kernels now, so that no run has to."""

from __future__ import annotations

import click

from dedup.cli.program import Command, debug_option, quiet_option

__all__ = ["command"]


@click.command("warmup", cls=Command, short_help="Compile the kernels now: for images of machines.")
@quiet_option
@debug_option
def command(quiet: bool) -> None:
    """Compile the kernels and build the dictionary now, which else the first run does.

    They are kept in the folder that DEDUP_CACHE_DIR names, else in the user's cache folder. What
    no run has used for 30 days, as that of an older version, is removed when a newer is built.
    """
    from dedup.cache import cache_root
    from dedup.cli.progress import Progress
    from dedup.errors import OutputError
    from dedup.kernels import compiled_before
    from dedup.warmup import compile_kernels

    with Progress(quiet) as progress:
        if not compiled_before():
            progress("compile", 0, None)
            if not compile_kernels():
                raise OutputError(
                    f"the kernels could not be kept in {cache_root()}: name another folder with "
                    "DEDUP_CACHE_DIR, or run `dedup demo` to see what fails"
                )
    if not quiet:
        click.echo(f"Everything is compiled, in {cache_root()}")
