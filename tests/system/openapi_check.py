"""Reads docs/api/openapi.json and holds values against its schemas.

Only the keywords below are known, and the file may use no other: what is not checked would be decoration. A member that the
file does not name is a problem here, though clients are told to pass over such members: the file must name what there is.
"""
import datetime
import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parents[2] / "docs/api/openapi.json"
METHODS = ("get", "head", "post", "put", "patch", "delete")
PLAIN = {"description", "title", "default", "discriminator", "x-roles"}
KNOWN = PLAIN | {"$ref", "type", "properties", "required", "additionalProperties", "items", "enum", "const", "minimum", "maximum",
                 "format", "anyOf", "oneOf", "allOf"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}


def is_type(value, name):
    if isinstance(value, bool) and name != "boolean":
        return False
    return isinstance(value, TYPES[name])


def is_format(text, name):
    try:
        if name == "date-time":
            return text.endswith("Z") and bool(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
        if name == "date":
            return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False
    return name == "binary"


class Document:
    def __init__(self, text=None):
        self.text = text or FILE.read_text(encoding="utf-8")
        self.root = json.loads(self.text)

    def find(self, reference):
        """What a `$ref` leads to."""
        at = self.root
        for word in reference.removeprefix("#/").split("/"):
            at = at[word]
        return at

    def look_up(self, thing):
        return self.find(thing["$ref"]) if "$ref" in thing else thing

    def operations(self, listener=None):
        """(METHOD, path, operation) of one kind of listener, or of all."""
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item and listener in (None, item.get("x-listener", "api")):
                    yield method.upper(), path, item[method]

    def operation(self, method, path):
        return self.root["paths"][path][method.lower()]

    def answer_problems(self, method, path, status, content_type, body):
        """What is wrong with an answer, in words; an empty list: nothing."""
        answers = self.operation(method, path)["responses"]
        if str(status) not in answers:
            return [f"the status {status} is not documented: {body[:300]}"]
        content = self.look_up(answers[str(status)]).get("content", {})
        kind = content_type.split(";")[0]
        if kind not in content:
            return [f"{status} comes as {kind}, documented: {list(content)}"]
        if kind != "application/json":
            return []
        return self.problems(json.loads(body), content[kind]["schema"], str(status))

    def problems(self, value, schema, where="", members=None):
        """`members`: names that other parts of an allOf know."""
        schema = self.look_up(schema)
        unknown = set(schema) - KNOWN
        if unknown:
            raise ValueError(f"keywords that are not checked: {unknown}")
        if "type" in schema:
            types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            if not any(is_type(value, name) for name in types):
                return [f"{where}: {json.dumps(value)[:100]} is not {types}"]
        out = []
        if "enum" in schema and value not in schema["enum"]:
            out.append(f"{where}: {value!r} is not in {schema['enum']}")
        if "const" in schema and value != schema["const"]:
            out.append(f"{where}: {value!r} is not {schema['const']!r}")
        if "format" in schema and isinstance(value, str) and not is_format(value, schema["format"]):
            out.append(f"{where}: {value!r} is no {schema['format']}")
        if is_type(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            out.append(f"{where}: {value} is out of range")
        for word, least, most in (("anyOf", 1, 99), ("oneOf", 1, 1)):
            if word in schema:
                tries = [self.problems(value, one, where) for one in schema[word]]
                if not least <= sum(not one for one in tries) <= most:
                    out.append(f"{where}: fits {sum(not one for one in tries)} of {word}: {tries}")
        if "allOf" in schema:
            names = set().union(*(self.names(one) for one in schema["allOf"]))
            for one in schema["allOf"]:
                out += self.problems(value, one, where, names)
        if isinstance(value, dict):
            out += self.member_problems(value, schema, where, members or set())
        if isinstance(value, list) and "items" in schema:
            for at, one in enumerate(value):
                out += self.problems(one, schema["items"], f"{where}[{at}]")
        return out

    def names(self, schema):
        schema = self.look_up(schema)
        return set(schema.get("properties", {})).union(*(self.names(one) for one in schema.get("allOf", [])))

    def member_problems(self, value, schema, where, members):
        out = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        more = schema.get("additionalProperties", not ("properties" in schema or "allOf" in schema))
        for name, one in value.items():
            if name in schema.get("properties", {}):
                out += self.problems(one, schema["properties"][name], f"{where}.{name}")
            elif isinstance(more, dict):
                out += self.problems(one, more, f"{where}.{name}")
            elif not more and name not in members and "allOf" not in schema and self.describes_members(schema):
                out.append(f"{where}: {name} is not documented")
        return out

    @staticmethod
    def describes_members(schema):
        return "properties" in schema or "additionalProperties" in schema

    def schemas(self):
        """Every schema anywhere in the file."""
        def below(schema):
            yield schema
            for one in schema.get("properties", {}).values():
                yield from below(one)
            for word in ("items", "additionalProperties"):
                if isinstance(schema.get(word), dict):
                    yield from below(schema[word])
            for word in ("anyOf", "oneOf", "allOf"):
                for one in schema.get(word, []):
                    yield from below(one)

        for schema in self.root["components"]["schemas"].values():
            yield from below(schema)
        for _, _, operation in self.operations():
            bodies = [operation.get("requestBody", {}), *map(self.look_up, operation["responses"].values())]
            contents = [kind for body in bodies for kind in body.get("content", {}).values()]
            for one in (*operation.get("parameters", []), *contents):
                yield from below(one["schema"])
