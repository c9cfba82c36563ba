"""Identifiers: GTIN, GLN, SSCC, lot, serial, our own codes, and the links made of them.

Pure values and pure functions. A value that exists is fit to print in a public link: the
constructors take the canonical form only, `parse` takes what people type, and both raise
`InvalidKey`. Who owns a number, and whether a code was ever issued, is not known here.
"""
