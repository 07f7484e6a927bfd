# What: a result that is nested deeper than the stack of whoever reads it is high.
# Expect: no_result
# Arguments: {}
# Result: none
# Limits: timeout=30s
main() {
    local brackets=[[[[[[[[[[[[[[[[
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do brackets=$brackets$brackets; done
    printf %s "$brackets" >&3
}
