"""Writes the part of Kubernetes' JSON schema that the manifests of examples/kubernetes need.

The schema is that of the PyPI package kubernetes-validate (strict: unknown fields are errors, as for kubeconform
-strict); Jobs and PersistentVolumeClaims and what they refer to are kept, without the descriptions.

    pip download --no-deps kubernetes-validate==1.37.0
    python examples/kubernetes/test/golden/kubernetes_schema.py kubernetes_validate-1.37.0-py3-none-any.whl
"""

import json
import pathlib
import sys
import zipfile

definitions_path = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict/_definitions.json"
output = pathlib.Path(__file__).parent / "kubernetes-1.37.json"
kinds = ["io.k8s.api.batch.v1.Job", "io.k8s.api.core.v1.PersistentVolumeClaim"]


def without_descriptions(schema, are_names=False):
    if isinstance(schema, list):
        return [without_descriptions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_descriptions(value, are_names=key == "properties" and not are_names)
        for key, value in schema.items()
        if are_names or not (key == "description" or key.startswith("x-kubernetes"))
    }


def references(schema):
    """The names of the definitions that a schema refers to; references become local ones."""
    if isinstance(schema, list):
        for item in schema:
            yield from references(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            name = schema["$ref"].split("/")[-1]
            schema["$ref"] = f"#/definitions/{name}"
            yield name
        for value in schema.values():
            yield from references(value)


with zipfile.ZipFile(sys.argv[1]) as wheel:
    everything = json.loads(wheel.read(definitions_path))["$defs"]
kept = {}
missing = list(kinds)
while missing:
    name = missing.pop()
    if name not in kept:
        kept[name] = without_descriptions(everything[name])
        missing.extend(references(kept[name]))
schema = {
    "oneOf": [{"$ref": f"#/definitions/{name}"} for name in kinds],
    "definitions": dict(sorted(kept.items())),
}
output.write_text(json.dumps(schema, separators=(",", ":")) + "\n")
print(f"{output}: {len(kept)} definitions")
