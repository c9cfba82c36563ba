"""Starting the product: prepare, then keep the web server and the job worker running.

`python -m traceapp.supervisor` is what `make run` ends in. This room knows processes, ports and
the certificates for a phone on the same network; it holds no rule about food.
"""
