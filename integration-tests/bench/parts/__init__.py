"""The benchmark's parts: cases are what is measured, proxies who, load with what; runner takes turns, report writes."""
