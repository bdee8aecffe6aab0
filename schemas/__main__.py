"""`python -m schemas build | check | show ID | templates DIR`: the specification's own command.

Deriving is done by `schemas/derive`; here files are only written, compared and printed.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from dataclasses import asdict
from pathlib import Path

import yaml

from schemas.catalogue import SPEC, Catalogue, CatalogueError, load
from schemas.derive import dbt_files, dictionary, figures_page, rule_pages, templates
from schemas.reading import csv_rows

ROOT = Path(__file__).parent.parent


def derived(catalogue: Catalogue) -> dict[str, str]:
    """Path below the root -> text of every committed file that derives from the specification."""
    files = dbt_files.render(catalogue)
    for lang in ("en", "cy"):
        files[f"schemas/dictionary/dictionary.{lang}.md"] = dictionary.dictionary(catalogue, lang)
    files["schemas/dictionary/welsh-to-check.csv"] = _welsh_list(catalogue)
    files |= rule_pages.rule_pages(catalogue)
    files[figures_page.PATH] = figures_page.figures_page(catalogue, csv_rows(SPEC / "figure_answers.csv"))
    return files


def _welsh_list(catalogue: Catalogue) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["where", "english", "welsh_to_check"])
    writer.writerows(dictionary.unconfirmed_welsh(catalogue))
    return out.getvalue()


def drift(root: Path, files: dict[str, str]) -> list[str]:
    """Derived files that are missing, differ, or should no longer be there."""
    stale = [p for p, text in files.items() if not (root / p).exists() or (root / p).read_text("utf-8") != text]
    whole = (*(root / "dbt_project").glob("**/_generated/*"), *(root / rule_pages.FOLDER).glob("*"))
    generated = {p.relative_to(root).as_posix() for p in whole if p.is_file()}
    return stale + sorted(generated - set(files))


def _build(catalogue: Catalogue) -> int:
    files = derived(catalogue)
    for path in drift(ROOT, files):
        target = ROOT / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
        print(f"written: {path}")
    print(f"{len(files)} derived files are current")
    return 0


def _check(catalogue: Catalogue) -> int:
    stale = drift(ROOT, derived(catalogue))
    for path in stale:
        print(f"not current: {path}")
    if stale:
        print("Run `python -m schemas build` and commit the result.")
        return 1
    print(f"the specification is sound: {len(catalogue.measures)} measures, {len(catalogue.rules)} rules")
    return 0


def _show(catalogue: Catalogue, wanted: str) -> int:
    held = [
        *(d[wanted] for d in _named(catalogue) if wanted in d),
        *(r for r in catalogue.rules if r.code == wanted),
    ]
    for record in held:
        told = asdict(record)  # type: ignore[call-overload]  # every record of the catalogue is a dataclass
        print(yaml.safe_dump({type(record).__name__: told}, allow_unicode=True, sort_keys=False))
    if not held:
        print(f"nothing is called {wanted!r}; ids are those of items, code lists, tables, returns, rules, measures")
    return 0 if held else 2


def _named(c: Catalogue) -> tuple[dict[str, object], ...]:
    held = (c.items, c.code_lists, c.tables, c.returns, c.facts, c.measures, c.publications, c.export_profiles)
    return (*held, c.extract_cards, c.breakdowns, c.frameworks, c.authorities)  # type: ignore[return-value]


def _templates(catalogue: Catalogue, out: Path) -> int:
    out.mkdir(parents=True, exist_ok=True)
    for r in catalogue.returns.values():
        period = r.until or max([r.since, *(start for row in r.layout for start, _ in row.columns)])
        if not any(r.columns(t, period) for t in r.tables):
            continue
        for lang in ("en", "cy"):
            (out / f"{r.id}-{period}-{lang}.xlsx").write_bytes(templates.workbook(catalogue, r.id, period, lang))
        for name, header in templates.csv_headers(catalogue, r.id, period).items():
            (out / f"{r.id}-{name}").write_text(header, encoding="utf-8")
    for profile_id in catalogue.export_profiles:
        for lang in ("en", "cy"):
            (out / f"{profile_id}-{lang}.xlsx").write_bytes(templates.export_workbook(catalogue, profile_id, lang))
    print(f"templates written to {out}")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0 fine, 1 drift, 2 wrong use or a faulty specification."""
    parser = argparse.ArgumentParser(prog="python -m schemas", description=__doc__)
    parser.add_argument("verb", choices=("build", "check", "show", "templates"))
    parser.add_argument("what", nargs="?", default="")
    args = parser.parse_args(argv)
    try:
        catalogue = load()
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 2
    if args.verb in ("show", "templates") and not args.what:
        parser.error(f"{args.verb} needs an id or a folder")
    run = {"build": lambda: _build(catalogue), "check": lambda: _check(catalogue)}
    run |= {"show": lambda: _show(catalogue, args.what), "templates": lambda: _templates(catalogue, Path(args.what))}
    return run[args.verb]()


if __name__ == "__main__":
    sys.exit(main())
