//! Messages a second as bars, a panel for each concurrency.

use std::fmt::Write as _;

use anyhow::Result;

use super::Series;
use super::sample::median;

const WIDTH: f64 = 760.0;
const LABEL: f64 = 190.0;
const BAR: f64 = 16.0;
const GAP: f64 = 6.0;
const HEAD: f64 = 28.0;

/// Colours that can be read on a light and on a dark page.
const OURS: &str = "#3b82c4";
const OTHERS: &str = "#8a8f98";

pub(super) fn draw(levels: &[(u32, Vec<Series>)]) -> Result<String> {
    let mut body = String::new();
    let mut top = 0.0;
    for (concurrency, series) in levels {
        writeln!(
            body,
            r#"<text x="0" y="{:.0}" font-weight="bold">{concurrency} at a time</text>"#,
            top + 18.0
        )?;
        top += HEAD;
        let rates = series
            .iter()
            .map(|series| median(series.samples.iter().map(|sample| sample.rate)))
            .collect::<Result<Vec<_>>>()?;
        let most = rates.iter().copied().fold(1.0, f64::max);
        for (Series { contender, .. }, rate) in series.iter().zip(rates) {
            let colour = if contender.starts_with("SDK") {
                OURS
            } else {
                OTHERS
            };
            // Room for the number behind the longest bar.
            let length = (WIDTH - LABEL - 60.0) * rate / most;
            let (text, number) = (top + BAR - 4.0, LABEL + length + 6.0);
            writeln!(
                body,
                r#"<text x="{:.0}" y="{text:.0}" text-anchor="end">{contender}</text><rect x="{LABEL:.0}" y="{top:.0}" width="{length:.1}" height="{BAR:.0}" fill="{colour}"/><text x="{number:.1}" y="{text:.0}">{rate:.0}</text>"#,
                LABEL - 8.0
            )?;
            top += BAR + GAP;
        }
        top += GAP;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {top:.0}\" role=\"img\" aria-label=\"Messages a second\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#6b7280\">\n{body}</svg>\n"
    ))
}
