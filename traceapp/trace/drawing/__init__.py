"""Drawing a family tree: layers, order, and the curves between. Pure: numbers in, numbers out."""
