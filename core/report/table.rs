//! Columns for people.

/// Columns are no wider than this; what is longer pushes the next one.
const WIDEST: usize = 40;

/// On which side the cells of a table stand. Those of the first column stand left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The lines of a table: one with the heads, and one for each row.
pub(crate) fn lines<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
    side: Side,
) -> Vec<String> {
    let heads = heads.map(str::to_owned);
    let rows: Vec<&[String; COLUMNS]> = std::iter::once(&heads).chain(rows).collect();
    let widest = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(widest);
    let line = |row: &&[String; COLUMNS]| {
        let cell = |(column, cell): (usize, &String)| match side {
            Side::Right if column > 0 => format!("{cell:>0$}", widths[column]),
            _ => format!("{cell:0$}", widths[column]),
        };
        let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{Side, WIDEST, lines};

    #[test]
    fn columns_are_as_wide_as_their_cells_and_what_is_too_long_pushes_the_next() {
        let long = "x".repeat(WIDEST + 1);
        let rows = [["a", "100"].map(str::to_owned), [long.clone(), "1".to_owned()]];
        let left = ["NAME  N".to_owned(), "a     100".to_owned(), format!("{long}  1")];
        assert_eq!(lines(["NAME", "N"], &rows, Side::Left), left);
        let right = ["NAME    N".to_owned(), "a     100".to_owned(), format!("{long}    1")];
        assert_eq!(lines(["NAME", "N"], &rows, Side::Right), right);
    }
}
