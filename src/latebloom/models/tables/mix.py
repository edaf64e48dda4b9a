"""Weighted sums of table rows, and their gradients; four rows at a time, so that each result is loaded and stored a
quarter as often."""

from latebloom.models.tables.compiled import vectorised


@vectorised
def mix(table, terms, weights, out):  # type: ignore[no-untyped-def]
    """out += Σ_t weights[t] · table[terms[t]]."""
    fours = len(terms) // 4 * 4
    for t in range(0, fours, 4):
        a, b, c, d = table[terms[t]], table[terms[t + 1]], table[terms[t + 2]], table[terms[t + 3]]
        wa, wb, wc, wd = weights[t], weights[t + 1], weights[t + 2], weights[t + 3]
        for k in range(len(out)):
            out[k] += (wa * a[k] + wb * b[k]) + (wc * c[k] + wd * d[k])
    for t in range(fours, len(terms)):
        row, weight = table[terms[t]], weights[t]
        for k in range(len(out)):
            out[k] += weight * row[k]


@vectorised
def mix_backward(table, terms, weights, back, table_back, slopes):  # type: ignore[no-untyped-def]
    """Adds weights[t] · back to table_back[terms[t]]; slopes[t] = back · table[terms[t]]."""
    for t in range(len(terms)):
        row, row_back, weight = table[terms[t]], table_back[terms[t]], weights[t]
        slope = back.dtype.type(0)
        for k in range(len(back)):
            slope += back[k] * row[k]
            row_back[k] += weight * back[k]
        slopes[t] = slope
