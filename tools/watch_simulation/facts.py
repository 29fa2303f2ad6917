"""The facts of letters: what `tocsin scan` says of each."""
import json
import pathlib
import subprocess

PER_FOLDER = 2_000
FIELDS = ("header_from", "header_from_name", "reply_to", "subject", "text_fingerprint", "page_fingerprint", "language",
          "body_form", "links", "attachment_types", "points", "hostility")


def _write(letters, folder):
    """One file for each different letter; {file name: keys}."""
    names = {}
    for number, key in enumerate(letters):
        place = folder / f"{number // PER_FOLDER:03}"
        place.mkdir(exist_ok=True)
        (place / f"{number:07}.eml").write_bytes(letters[key])
        names[f"{number:07}.eml"] = key
    return names


def _fields(report):
    """What a record says of a message."""
    facts = report.get("facts")
    if facts is None:
        return None
    chosen = {name: facts[name] for name in FIELDS if name in facts}
    chosen["hostility"] = round(chosen.get("hostility", 0), 4)
    return chosen | {"verdict": report["verdict"]}


def scan(tocsin, letters, folder, jobs=2):
    """{key: facts} of all letters. Hostile mail is read only there, in confined readers."""
    folder = pathlib.Path(folder)
    names = _write(letters, folder)
    facts = {}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        run = subprocess.run([str(tocsin), "scan", "--json", "--direction", "outbound", "--jobs", str(jobs), "--no-system-db",
                              str(place)],
                             stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace", check=False)
        if run.returncode not in (0, 1):
            raise SystemExit(f"{tocsin} scan failed with exit code {run.returncode}")
        for line in run.stdout.splitlines():
            report = json.loads(line)
            found = _fields(report)
            if found is not None:
                facts[names[pathlib.PurePath(report["file"]).name]] = found
    missing = len(letters) - len(facts)
    if missing * 100 > len(letters):
        raise SystemExit(f"{tocsin} scan gave no \"facts\" for {missing} of {len(letters)} letters: is it an older program?")
    return facts
