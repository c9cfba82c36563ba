"""Who supplies whom: as stated in surveys of a sector, and as proven by goods that arrived."""
