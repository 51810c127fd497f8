#!/usr/bin/env python3
import json
import sys

import jsonschema

schema = {"type": "object", "required": ["name"]}
try:
    jsonschema.validate(json.load(sys.stdin), schema)
except jsonschema.ValidationError as error:
    print(error.message)
    sys.exit(1)
print("valid")
