"""A report as one HTML file that needs nothing else: styles, charts and the library that draws them are inside."""

from __future__ import annotations

import functools
import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from cupola.assess.report.parts import SHORT, Figure, Report, Table
from cupola.core.errors import MissingExtra

# The browser refuses whatever the file would load from elsewhere. Vega compiles its expressions, hence unsafe-eval.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'"
)
STYLE, DRAW = (Path(__file__).with_name(name) for name in ("report.css", "report.js"))


def page(report: Report) -> str:
    """The file's text; the same report gives the same bytes. Raises MissingExtra."""
    body = [
        '<p class="banner" role="note">SIMULATION</p>',
        f'<h1>{_e(report.title)}</h1><p class="question">{_e(report.question)}</p>',
        _numbers(report),
        f"<p>{_e(report.summary)}</p>" if report.summary else "",
        *_figures(report.figures),
        *(_table(t) for t in report.tables),
        f"<h2>Limits</h2><p>{_e(report.limits)}</p>" if report.limits else "",
        _sources(report),
        _again(report),
        *(_table(t) for t in report.annex),
    ]
    specs = json.dumps([spec for f in report.figures for _, spec in f.drawn], allow_nan=False, ensure_ascii=False).replace(
        "</", "<\\/"
    )
    head = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{_e(report.title)}</title>\n'
        f"<style>\n{STYLE.read_text()}</style></head>\n<body>\n"
    )
    charts = (
        f'\n<script type="application/json" id="specs">{specs}</script>\n<script>{_library()}</script>\n'
        f'<script type="module">\n{DRAW.read_text()}</script>'
        if report.figures  # the library takes a second to make and a megabyte
        else ""
    )
    return head + "\n".join(b for b in body if b) + charts + "\n</body></html>\n"


@functools.cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script. Raises MissingExtra."""
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra("a report", "studies") from None
    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"(function () {{{text}}})();".replace("</script", "<\\/script")


def _e(text: str) -> str:
    return html.escape(text)


def _numbers(report: Report) -> str:
    rows = "".join(f"<div><dt>{_e(label)}</dt><dd>{_e(text)}</dd></div>" for label, text in report.numbers)
    return f'<dl class="numbers">{rows}</dl>' if rows else ""


def _figures(figures: Sequence[Figure]) -> Iterator[str]:
    first = 0
    for figure in figures:
        yield _figure(first, figure)
        first += len(figure.drawn)


def _figure(first: int, figure: Figure) -> str:
    """A figure whose charts are counted from ``first``; several stand beside each other where the page is wide enough."""
    note = f'<p class="note">{_e(figure.note)}</p>' if figure.note else ""
    charts = []
    for k, (name, _) in enumerate(figure.drawn, first):
        label = f"{figure.title}, {name}" if name else figure.title
        head = f"<h4>{_e(name)}</h4>" if name else ""
        charts.append(f'<div>{head}<div class="chart" id="chart-{k}" role="img" aria-label="{_e(label)}"></div></div>')
    kind = "panels" if figure.panels else "alone"
    return f'<section class="figure"><h3>{_e(figure.title)}</h3><div class="{kind}">{"".join(charts)}</div>{note}</section>'


def _table(table: Table) -> str:
    def cells(tag: str, row: tuple[str, ...]) -> str:
        kinds = ("n" if k in table.right else "short" if len(text) <= SHORT else "" for k, text in enumerate(row))
        return "".join(f'<{tag} class="{kind}">{_e(text)}</{tag}>' for kind, text in zip(kinds, row, strict=True))

    rows = "".join(f"<tr>{cells('td', r)}</tr>" for r in table.rows)
    note = f'<p class="note">{_e(table.note)}</p>' if table.note else ""
    head = f"<thead><tr>{cells('th', table.heads)}</tr></thead>"
    return f'<h2>{_e(table.title)}</h2><div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>{note}'


def _sources(report: Report) -> str:
    return f"<h2>Sources</h2><ol>{''.join(f'<li>{_e(s)}</li>' for s in report.sources)}</ol>" if report.sources else ""


def _again(report: Report) -> str:
    name, data = _e(report.name), quote(report.yaml)
    link = f'<a download="{name}.yaml" href="data:application/yaml;charset=utf-8,{data}">download {name}.yaml</a>'
    facts = "".join(f"<dt>{_e(a)}</dt><dd>{_e(b)}</dd>" for a, b in (*report.facts, ("SHA-256 of the file", report.digest)))
    return (
        f"<h2>Make it again</h2><p>One command:</p><pre>{_e(report.command)}</pre>"
        f"<p>Or {link}: <code>{_e(report.again)}</code> runs it.</p>"
        f'<pre id="study">{_e(report.yaml)}</pre><dl class="facts">{facts}</dl>'
    )
