//! Charts drawn for a phone: figures written on the bars, readable in black and white, a table below each.
//!
//! Whole numbers throughout; a chart only compares lengths, the table has the exact figures.

use maud::{Markup, html};

/// One bar, or one point of a line.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// Each series' value in the smallest unit, and as people read it.
    pub(crate) values: Vec<(i64, String)>,
}

/// A chart's words.
pub(crate) struct Words<'w> {
    pub(crate) title: &'w str,
    /// The series' names, in the order of the values.
    pub(crate) series: Vec<String>,
    /// What the first column of the table is called.
    pub(crate) of: &'w str,
    /// What opens the table.
    pub(crate) table: &'w str,
}

const WIDTH: i64 = 360;
const THICK: i64 = 22;

/// How long a value is drawn, of `room`, when `most` fills it.
fn length(value: i64, most: i64, room: i64) -> i64 {
    if most <= 0 { 0 } else { i64::try_from(i128::from(value.max(0)) * i128::from(room) / i128::from(most)).unwrap_or(0) }
}

fn most(bars: &[Bar]) -> i64 {
    bars.iter().flat_map(|bar| bar.values.iter().map(|v| v.0)).max().unwrap_or(0)
}

/// The table that says what a chart draws.
fn table(words: &Words<'_>, bars: &[Bar]) -> Markup {
    html! {
        details.noprint {
            summary { (words.table) }
            div.scroll tabindex="0" role="region" aria-label=(words.title) { table {
                thead { tr { th scope="col" { (words.of) } @for name in &words.series { th.right scope="col" { (name) } } } }
                tbody { @for bar in bars { tr { th scope="row" { (bar.label) } @for (_, shown) in &bar.values { td.right { (shown) } } } } }
            } }
        }
    }
}

/// Bars lying one below the other, a group for each label; the first series full, the others hatched and hollow.
pub(crate) fn bars(words: &Words<'_>, bars: &[Bar]) -> Markup {
    let (most, series) = (most(bars), i64::try_from(words.series.len()).unwrap_or(1));
    let group = 22 + series * (THICK + 4) + 10;
    let height = group * i64::try_from(bars.len()).unwrap_or(0) + 8;
    // Room for the figure behind the longest bar.
    let room = WIDTH - 8 - 110;
    html! {
        figure.chart-box {
            figcaption { (words.title) @if words.series.len() > 1 { span.hint { @for (at, name) in words.series.iter().enumerate() { " " span class={ "key key-" (at) } aria-hidden="true" {} " " (name) } } } }
            svg.chart role="img" aria-label=(words.title) viewBox={ "0 0 " (WIDTH) " " (height) } {
                title { (words.title) }
                @for (row, bar) in bars.iter().enumerate() {
                    @let top = 4 + group * i64::try_from(row).unwrap_or(0);
                    text.name-of x="4" y=(top + 15) { (bar.label) }
                    @for (at, (value, shown)) in bar.values.iter().enumerate() {
                        @let y = top + 22 + i64::try_from(at).unwrap_or(0) * (THICK + 4);
                        @let long = length(*value, most, room);
                        @if long > 0 { rect class={ "bar bar-" (at) } x="4" y=(y) width=(long) height=(THICK) {} }
                        text.value x=(long + 10) y=(y + 16) { (shown) }
                    }
                }
            }
            (table(words, bars))
        }
    }
}

/// A line that climbs from month to month; its last value is written.
pub(crate) fn line(words: &Words<'_>, points: &[Bar]) -> Markup {
    let most = most(points);
    let (high, low, left, right) = (16, 150, 14, WIDTH - 14);
    let steps = i64::try_from(points.len().saturating_sub(1)).unwrap_or(1).max(1);
    let x = |at: usize| left + (right - left) * i64::try_from(at).unwrap_or(0) / steps;
    let y = |value: i64| low - length(value, most, low - high - 18);
    let path = |series: usize| {
        let places = points.iter().enumerate().filter_map(|(at, p)| Some(format!("{},{}", x(at), y(p.values.get(series)?.0))));
        places.collect::<Vec<_>>().join(" ")
    };
    html! {
        figure.chart-box {
            figcaption { (words.title) }
            svg.chart role="img" aria-label=(words.title) viewBox={ "0 0 " (WIDTH) " 180" } {
                title { (words.title) }
                line.axis x1=(left) y1=(low) x2=(right) y2=(low) {}
                @for series in 0..words.series.len() { polyline class={ "line line-" (series) } points=(path(series)) {} }
                @for (at, point) in points.iter().enumerate() {
                    @if at % 2 == 0 || points.len() <= 6 { text.month x=(x(at)) y="170" { (point.label) } }
                }
                @if let Some(last) = points.last() {
                    @if let Some((value, shown)) = last.values.first() { text.value.end x=(right) y=(y(*value) - 6) { (shown) } }
                }
            }
            (table(words, points))
        }
    }
}

/// Which months have anything written: a row for each subject, a full dot where there is something.
pub(crate) fn dots(title: &str, months: &[String], rows: &[(String, Vec<bool>)]) -> Markup {
    html! {
        figure.chart-box {
            figcaption { (title) }
            div.scroll tabindex="0" role="region" aria-label=(title) { table.dots {
                thead { tr { th scope="col" { } @for month in months { th scope="col" { (month) } } } }
                tbody { @for (name, full) in rows { tr {
                    th scope="row" { (name) }
                    @for one in full { td { @if *one { "●" } @else { "○" } } }
                } } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_keep_their_proportion_and_never_leave_the_paper() {
        assert_eq!(length(50, 100, 240), 120);
        assert_eq!(length(0, 100, 240), 0);
        assert_eq!(length(-5, 100, 240), 0);
        assert_eq!(length(5, 0, 240), 0);
        assert_eq!(length(i64::MAX, i64::MAX, 240), 240);
    }

    #[test]
    fn a_chart_says_its_figures_and_has_a_table() {
        let words = Words { title: "Récolte", series: vec!["Pesé".to_owned(), "Plan".to_owned()], of: "Culture", table: "Tableau" };
        let one = Bar { label: "Maïs".to_owned(), values: vec![(52_400, "52,4 t".to_owned()), (12_000, "12 t".to_owned())] };
        let drawn = bars(&words, &[one]).into_string();
        assert!(drawn.contains("52,4 t") && drawn.contains("<table>") && drawn.contains("role=\"img\""));
        assert!(!drawn.contains("style="), "the policy of our pages allows no style inside");
    }
}
