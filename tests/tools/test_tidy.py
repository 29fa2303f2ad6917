"""Each rule of tools/tidy fires on a small bad tree and is silent on a good one.

    python3 -m unittest tests/tools/test_tidy.py      (or pytest)
"""
import importlib.machinery
import importlib.util
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def load_tidy():
    loader = importlib.machinery.SourceFileLoader("tidy", str(TOOLS / "tidy"))
    spec = importlib.util.spec_from_loader("tidy", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


tidy = load_tidy()

GOOD = {
    "src/base/README.md": "# base\n",
    "src/base/CMakeLists.txt": "tocsin_room(base SOURCES clock.cpp text.cpp)\n",
    "src/base/clock.hpp": "#pragma once\n#include <cstdint>\n#include <sys/types.h>\n",
    "src/base/clock.cpp": '#include "base/clock.hpp"\n#include <fmt/core.h>\n'
                          "auto now() { return std::chrono::system_clock::now(); }\n",
    "src/base/text.cpp": '#include "base/clock.hpp"\n'
                         'const char* a = "co_await system( new int XXX";  // std::regex is not used\n'
                         "/* strcpy(a, b) */ const auto b = R\"x(.detach( \" )x\";\nint c = 1'000'000;\n",
    "src/mail/README.md": "# mail\n",
    "src/mail/CMakeLists.txt": "tocsin_room(mail SOURCES html.cpp)\n",
    "src/mail/html.cpp": '#include "base/clock.hpp"\n#include <myhtml/api.h>\n',
    "tests/unit/CMakeLists.txt": "add_executable(unit base/clock_test.cpp)\n",
    "tests/unit/base/clock_test.cpp": '#include "base/clock.hpp"\n#include <doctest/doctest.h>\n',
    "docs/dependencies.md": "| library | package |\n|---|---|\n| fmt | libfmt-dev 9.1 |\n| MyHTML | x |\n| doctest | x |\n"
                            "| libclamav | x |\n| Boost.Asio | x |\n",
}


def body(lines):
    return "\n".join("    step();" for _ in range(lines))


class TidyCase(unittest.TestCase):
    def check(self, changes=None):
        """The failures of the good tree with `changes` (path to text, or None to delete) as (path, line, rule)."""
        files = {**GOOD, **(changes or {})}
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                if text is not None:
                    target = Path(folder) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8")
            self.tree = tidy.Tidy(Path(folder), tomllib.loads((TOOLS / "layers.toml").read_text(encoding="utf-8")))
            return [failure[:3] for failure in self.tree.run()]

    def text(self, text, path="src/base/text.cpp"):
        return self.check({path: text})

    def fires(self, rule, text, line=1, path="src/base/text.cpp"):
        self.assertEqual(self.text(text, path), [(path, line, rule)], text)

    def silent(self, text, path="src/base/text.cpp"):
        self.assertEqual(self.text(text, path), [], text)


class Layers(TidyCase):
    def test_good_tree(self):
        self.assertEqual(self.check(), [])

    def test_forbidden_room(self):
        self.fires("layers", '\n#include "mail/html.hpp"\n', line=2)
        self.fires("layers", '#  include "net/stream.hpp"\n', path="src/mail/html.hpp")
        self.silent('// #include "mail/html.hpp"\n/*\n#include "net/stream.hpp"\n*/\n')

    def test_only_some_headers_of_a_room(self):
        tree = {"src/pool/README.md": "# pool\n", "src/pool/CMakeLists.txt": "tocsin_room(pool SOURCES pool.cpp)\n"}
        good = {**tree, "src/pool/pool.cpp": '#include "reader/codec.hpp"\n#include "pool/pool.hpp"\n'}
        self.assertEqual(self.check(good), [])
        bad = {**tree, "src/pool/pool.cpp": '#include "reader/child.hpp"\n'}
        self.assertEqual(self.check(bad), [("src/pool/pool.cpp", 1, "layers")])

    def test_include_without_room(self):
        self.fires("layers", '#include "clock.hpp"\n')

    def test_table_points_down_only(self):
        layers = tomllib.loads((TOOLS / "layers.toml").read_text(encoding="utf-8"))
        layers["rooms"]["base"] = ["mail"]
        with tempfile.TemporaryDirectory() as folder:
            rules = [failure[2] for failure in tidy.Tidy(Path(folder), layers).run()]
        self.assertEqual(rules, ["layers"])

    def test_unknown_room_and_no_room(self):
        self.assertEqual(self.check({"src/attic/old.hpp": ""}), [("src/attic", 1, "room")])
        self.assertIn(("src/main.cpp", 1, "room"), self.check({"src/main.cpp": ""}))

    def test_readme(self):
        self.assertEqual(self.check({"src/base/README.md": None}), [("src/base/README.md", 1, "readme")])
        self.assertEqual(self.check({"src/base/README.md": "x\n" * 61}), [("src/base/README.md", 61, "readme")])

    def test_library_in_its_wrapping_file_only(self):
        self.fires("library", "#include <myhtml/api.h>\n")
        self.fires("library", "#include <clamav.h>\n", path="src/mail/html.cpp")
        self.fires("library", "#include <boost/asio.hpp>\n")
        self.fires("library", "#include <doctest/doctest.h>\n")
        scan = {"src/scan/README.md": "# scan\n", "src/scan/CMakeLists.txt": "tocsin_room(scan SOURCES clamav_engine.cpp)\n"}
        self.assertEqual(self.check({**scan, "src/scan/clamav_engine.cpp": "#include <clamav.h>\n"}), [])

    def test_json_never_in_a_header(self):
        page = {"docs/dependencies.md": GOOD["docs/dependencies.md"] + "| JSON for Modern C++ | x |\n"}
        self.assertEqual(self.check({**page, "src/base/text.cpp": "#include <nlohmann/json.hpp>\n"}), [])
        self.assertEqual(self.check({**page, "src/base/a.hpp": "#include <nlohmann/json_fwd.hpp>\n"}), [])
        self.assertEqual(self.check({**page, "src/base/a.hpp": "#include <nlohmann/json.hpp>\n"}),
                         [("src/base/a.hpp", 1, "library")])

    def test_unknown_library(self):
        self.fires("library", "#include <leveldb/db.h>\n")

    def test_cycle(self):
        found = self.check({"src/base/a.hpp": '#include "base/b.hpp"\n', "src/base/b.hpp": '\n#include "base/a.hpp"\n'})
        self.assertEqual(found, [("src/base/b.hpp", 2, "cycle")])
        self.fires("cycle", '#include "base/own.hpp"\n', path="src/base/own.hpp")


class Sizes(TidyCase):
    def test_function_length(self):
        for head in ("int f()", "Result<int> f(std::map<int, int> a = {}) const noexcept", "auto f() -> Result<int>",
                     "template <class T, class U = int> requires (N == 1)\nvoid f(T t)", "void X::operator=(int a)",
                     "X::X() : a_(1), b_{2}, c_{}", "X::X() noexcept : std::vector<int>{1}, c_{}", "const auto f = [](int a)",
                     "static constexpr auto f = [&]() mutable -> std::vector<int>", 'extern "C" int f(char* a)',
                     "bool operator()(int a) const", "struct Point* f(int a)"):
            line = 1 + head.count("\n")
            self.silent(head + " {\n" + body(68) + "\n};\n")
            self.fires("function-length", head + " {\n" + body(69) + "\n};\n", line=line)

    def test_function_inside_scopes(self):
        text = "namespace a::b {\nclass [[nodiscard]] X final : public Y<int()> {\npublic:\n    X() : a{1} {\n%s\n    }\n};\n}\n"
        self.silent(text % body(68))
        self.fires("function-length", text % body(69), line=4)

    def test_scopes_and_values_may_be_long(self):
        rows = "\n".join("    {1, 2}, // }" for _ in range(80))
        members = "\n".join("    int f() { return '}' + 1'0; }" for _ in range(80))
        for head in ("namespace a", "namespace", "class X : public Y", "struct X", "union X", "inline namespace v1",
                     "template <class T> class X", 'extern "C"'):
            self.silent(head + " {\n" + members + "\n};\n")
        self.silent("enum class X : int {\n" + "\n".join("    value," for _ in range(80)) + "\n};\n")
        self.silent("constexpr std::array<X, 80> rows = {{\n" + rows + "\n}};\n")
        self.silent("const std::vector<X> rows{\n" + rows + "\n};\n")

    def test_functions_after_values_and_directives(self):
        text = "int a{1};\nint b[] = {1, 2};\n#define X {\n#if A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n%s\n}\n"
        self.silent(text % body(64))
        self.fires("function-length", text % body(69), line=7)

    def test_lambdas_count_with_their_function(self):
        self.fires("function-length", "void f() {\n    run([&] {\n" + body(70) + "\n    });\n}\n")

    def test_tests_may_be_longer(self):
        case = '#include <doctest/doctest.h>\nTEST_CASE("a { b") {\n%s\n}\n'
        self.silent(case % body(118), path="tests/unit/base/clock_test.cpp")
        self.fires("function-length", case % body(119), line=2, path="tests/unit/base/clock_test.cpp")

    def test_file_length(self):
        self.silent("int a;\n" * 500)
        self.assertEqual(self.tree.warnings, [])
        self.silent("int a;\n" * 501)
        self.assertEqual([warning[2] for warning in self.tree.warnings], ["file-length"])
        self.fires("file-length", "int a;\n" * 701, line=701)

    def test_columns(self):
        self.silent("//" + "x" * 128 + "\n")
        self.fires("columns", "\n//" + "x" * 129 + "\n", line=2)
        self.silent("// see https://example.com/" + "x" * 119 + "\n")


class Bans(TidyCase):
    def test_never(self):
        for rule, text in (("coroutine", "co_await f();"), ("coroutine", "co_yield 1;"), ("detach", "thread.detach();"),
                           ("using-std", "using namespace std;"), ("regex", "std::regex a;"), ("regex", "#include <regex>"),
                           ("unsafe-call", "strcpy(a, b);"), ("unsafe-call", "std::sprintf(a, b);"),
                           ("unsafe-call", "::system(a);"), ("unsafe-call", "auto f = popen (a, b);"),
                           ("random", "int a = std::rand();")):
            self.fires(rule, text + "\n")
            self.assertIn(rule, [found[2] for found in self.text(text + "  // tidy: a reason that does not help\n")])

    def test_not_banned(self):
        for text in ("using namespace std::chrono_literals;", "snprintf(a, n, b);", "file.system(a);", "std::system_error(a);",
                     "operating_system(a);", "fmt::sprintf(a);", "int detach(int a);", "#include <new>",
                     "void* operator new(std::size_t n);", "auto renew(int a);", "lifetime(nullptr);"):
            self.silent(text + "\n")

    def test_new_needs_a_reason(self):
        self.fires("new", "auto* a = new Thing(1);\n")
        self.fires("new", "auto* a = new (place) Thing;  // tidy:\n")
        self.silent("auto* a = new (place) Thing;  // tidy: the pool owns the memory\n")
        self.silent("// tidy: the pool owns the memory\nauto* a = new (place) Thing;\n")
        self.fires("new", "int b;  // tidy: the pool owns the memory\nauto* a = new (place) Thing;\n", line=2)

    def test_clock(self):
        for text in ("std::chrono::system_clock::now();", "steady_clock::now();", "std::time(nullptr);", "time(0);",
                     "::clock_gettime(CLOCK_REALTIME, &a);"):
            self.fires("clock", text + "\n")
            self.silent("#include <doctest/doctest.h>\n" + text + "\n", path="tests/unit/base/clock_test.cpp")
        cli = {"src/cli/README.md": "# cli\n", "src/cli/CMakeLists.txt": "tocsin_room(cli SOURCES a.cpp)\n"}
        self.assertEqual(self.check({**cli, "src/cli/a.cpp": "steady_clock::now();\n"}), [])

    def test_catch_all_on_fibers(self):
        net = {"src/net/README.md": "# net\n", "src/net/CMakeLists.txt": "tocsin_room(net SOURCES a.cpp)\n"}
        bad = "void f() {\n    try { g(); } catch (...) { log(); }\n}\n"
        self.assertEqual(self.check({**net, "src/net/a.cpp": bad}), [("src/net/a.cpp", 2, "catch-all")])
        for good in ("throw;", "std::terminate();", "if (a) { log(); } throw;"):
            self.assertEqual(self.check({**net, "src/net/a.cpp": bad.replace("log();", good)}), [])
        self.silent(bad)

    def test_todo(self):
        self.fires("todo", "\n// a\n/* b\n   FIXME */\n", line=4)
        self.fires("todo", "// TODO: later\n")
        self.silent('auto a = mkstemp("fooXXXXXX");  // mastodons\n')
        self.assertEqual(self.check({"src/base/README.md": "TODO\n"}), [("src/base/README.md", 1, "todo")])

    def test_skip_needs_a_reason(self):
        path = "tests/unit/base/clock_test.cpp"
        text = '#include <doctest/doctest.h>\nTEST_CASE("a" * doctest::skip()) {%s\n}\n'
        self.fires("skip", text % "", line=2, path=path)
        self.silent(text % "  // tidy: needs the full signature set", path=path)
        self.fires("skip", "@pytest.mark." + "skip\ndef test_a(): pass\n", path="tests/system/test_a.py")
        self.silent('@pytest.mark.skip(reason="no Postfix")\ndef test_a(): pass\n', path="tests/system/test_a.py")


class Tree(TidyCase):
    def test_dead_file(self):
        self.assertEqual(self.check({"src/base/old.cpp": ""}), [("src/base/old.cpp", 1, "dead-file")])
        self.assertEqual(self.check({"src/base/lock.cpp": ""}), [("src/base/lock.cpp", 1, "dead-file")])
        self.assertEqual(self.check({"tests/unit/mail/a_test.cpp": ""}), [("tests/unit/mail/a_test.cpp", 1, "dead-file")])
        nested = {"src/base/CMakeLists.txt": "tocsin_room(base SOURCES clock.cpp text.cpp detail/a.cpp) # b.cpp\n"}
        self.assertEqual(self.check({**nested, "src/base/detail/a.cpp": ""}), [])
        self.assertEqual(self.check({**nested, "src/base/b.cpp": ""}), [("src/base/b.cpp", 1, "dead-file")])

    def test_machine_paths(self):
        for folder in ("work", "farm", "root"):
            text = f"a\nsee /{folder}/thing\n"
            self.assertEqual(self.check({"docs/a.md": text}), [("docs/a.md", 2, "machine-path")])
            self.assertEqual(self.check({"tests/corpus/a.eml": text}), [])
        self.assertEqual(self.check({"docs/a.md": "src/" + "root/x, /" + "workshop/x, /proc/self/root\n"}), [])

    def test_dependencies_page(self):
        page = "| library | package |\n|---|---|\n| fmt | libfmt-dev |\n| doctest | x |\n"
        self.assertEqual(self.check({"docs/dependencies.md": page}), [("src/mail/html.cpp", 2, "dependencies")])
        packages = {"tools/packages.txt": "[build]\nlibbuild-dev\n[libraries]\nlibfmt-dev  # a\nlibother-dev # b\n"}
        self.assertEqual(self.check(packages), [("tools/packages.txt", 5, "dependencies")])

    def test_log_events(self):
        page = "| event | level |\n|---|---|\n| `a.one`, `a.two` | info |\n"
        text = 'void f() {\n    log.write(LogLevel::info, "a.one", {});\n    log.write(\n        LogLevel::error, %s, {});\n}\n'
        files = {"docs/manual/events.md": page, "src/base/clock.cpp": text % 'x ? "a.two" : "a.one"'}
        self.assertEqual(self.check(files), [])
        missing = {**files, "src/base/clock.cpp": text % '"a.three"'}
        self.assertEqual(self.check(missing), [("src/base/clock.cpp", 3, "events"), ("docs/manual/events.md", 3, "events")])
        self.assertEqual(self.check({**files, "src/base/clock.cpp": text % "a_variable"}),
                         [("src/base/clock.cpp", 3, "events"), ("docs/manual/events.md", 3, "events")])

    def test_exit_codes(self):
        import subprocess
        with tempfile.TemporaryDirectory() as folder:
            run = [sys.executable, str(TOOLS / "tidy"), "--root", folder]
            self.assertEqual(subprocess.run(run, capture_output=True, check=False).returncode, 0)
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src/main.cpp").write_text("", encoding="utf-8")
            bad = subprocess.run(run, capture_output=True, text=True, check=False)
            self.assertEqual(bad.returncode, 1)
            self.assertIn("src/main.cpp:1: room: ", bad.stdout)
            self.assertEqual(subprocess.run([*run, "--no-such"], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
