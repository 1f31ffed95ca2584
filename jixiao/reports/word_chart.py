"""Charts people can restyle in Word. Lengths are permille; the labels are the figures as printed."""

from __future__ import annotations

from jixiao.reports.html import fit
from jixiao.reports.model import Chart, ChartBar
from jixiao.reports.word_body import escaped

_COLOURS = {1: ("17406D",), 2: ("7391AD", "17406D"), 3: ("7391AD", "B0702A", "17406D")}
_COLUMNS = "BCDE"  # of the sheet the series are said to come from
_SHOW = (
    '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
    '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_SMALL = (
    "<c:txPr><a:bodyPr/><a:p><a:pPr>"
    '<a:defRPr sz="800"><a:ea typeface="宋体"/></a:defRPr></a:pPr>'
    '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr>'
    '<a:defRPr sz="1050" b="0"/></a:pPr><a:r><a:rPr lang="zh-CN" sz="1050" b="0">'
    '<a:ea typeface="黑体"/></a:rPr><a:t>'
)
_PLOT = (
    '</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>'
    '<c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/>'
    '<c:varyColors val="0"/>'
)
_AXES = (
    '<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
    '<c:delete val="0"/><c:axPos val="l"/><c:majorTickMark val="none"/>'
    '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr><a:ln w="6350"><a:solidFill>'
    f'<a:srgbClr val="7F7F7F"/></a:solidFill></a:ln></c:spPr>{_SMALL}'
    '<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>'
    '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="1150"/>'
    '<c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="t"/>'
    '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
    '<c:minorTickMark val="none"/><c:tickLblPos val="none"/><c:crossAx val="1"/>'
    '<c:crosses val="autoZero"/></c:valAx></c:plotArea>'
)
_LEGEND = f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{_SMALL}</c:legend>'
_FOOT = (
    '<c:plotVisOnly val="1"/></c:chart>'
    "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>"
)


def chart_xml(chart: Chart) -> str:
    """The chart as a part of a Word file."""
    last = len(chart.rows) + 1
    labels = _points([escaped(fit(row.label, 16)) for row in chart.rows])
    category = (
        f"<c:cat><c:strRef><c:f>图!$A$2:$A${last}</c:f><c:strCache>{labels}</c:strCache>"
        "</c:strRef></c:cat>"
    )
    series = "".join([_series(chart, number, category, last) for number in range(_count(chart))])
    legend = _LEGEND if _count(chart) > 1 else ""
    return f"{_HEAD}{escaped(chart.title)}{_PLOT}{series}{_AXES}{legend}{_FOOT}"


def _count(chart: Chart) -> int:
    return len(chart.series)


def _series(chart: Chart, number: int, category: str, last: int) -> str:
    column, colour = _COLUMNS[number], _COLOURS[_count(chart)][number]
    bars = [row.bars[number] for row in chart.rows]
    values = _points([str(bar.permille) for bar in bars])
    labels = "".join([_label(place, bar) for place, bar in enumerate(bars)])
    name = escaped(chart.series[number])
    return (
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/>'
        f'<c:tx><c:strRef><c:f>图!${column}$1</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{name}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr>'
        f'<c:invertIfNegative val="0"/><c:dLbls>{labels}{_SHOW}</c:dLbls>{category}'
        f"<c:val><c:numRef><c:f>图!${column}$2:${column}${last}</c:f>"
        f"<c:numCache><c:formatCode>General</c:formatCode>{values}</c:numCache>"
        "</c:numRef></c:val></c:ser>"
    )


def _points(texts: list[str]) -> str:
    points = [f'<c:pt idx="{n}"><c:v>{text}</c:v></c:pt>' for n, text in enumerate(texts)]
    return f'<c:ptCount val="{len(texts)}"/>{"".join(points)}'


def _label(place: int, bar: ChartBar) -> str:
    text = f"{bar.label or '—'}{' →' if bar.clipped else ''}"
    return (
        f'<c:dLbl><c:idx val="{place}"/><c:tx><c:rich><a:bodyPr/><a:p><a:r>'
        f'<a:rPr lang="zh-CN" sz="800"/><a:t>{escaped(text)}</a:t></a:r></a:p></c:rich></c:tx>'
        f'<c:dLblPos val="outEnd"/>{_SHOW}</c:dLbl>'
    )
