"""Who is asking: accounts, signing in, devices, second factors, tokens; what each role may do."""
