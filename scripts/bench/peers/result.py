"""How a peer's script tells what it measured: one line of JSON, and which package is missing where one is."""
import json


def print_result(measure):
    """Prints what `measure()` returns. A package that cannot be imported is a result too: {"missing": name}."""
    try:
        result = measure()
    except ModuleNotFoundError as error:
        result = {"missing": error.name}
    print(json.dumps(result), flush=True)
