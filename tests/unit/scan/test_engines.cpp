// The engines as the reader uses them: what they find with no database installed, and what they need from the system.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/limits.hpp"
#include "qr_fixture.hpp"
#include "scan_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;
using tocsin::test::TemporaryFolder;

namespace {

std::string base64(std::string_view data) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < data.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (i + k < data.size() ? static_cast<unsigned char>(data[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k > data.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63U];
        if (i / 3 % 19 == 18) out += "\r\n";
    }
    return out + "\r\n";
}

std::string mail_with(std::string_view file, std::string_view name) {
    return "From: a@example.com\r\nTo: b@example.com\r\nSubject: test\r\nMIME-Version: 1.0\r\n"
           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee "
           "below\r\n--b\r\n"
           "Content-Type: application/octet-stream; name=\"" +
           std::string(name) +
           "\"\r\nContent-Transfer-Encoding: base64\r\n"
           "Content-Disposition: attachment; filename=\"" +
           std::string(name) + "\"\r\n\r\n" + base64(file) + "--b--\r\n";
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs `work` in a child confined like a reader as far as any process may do it to itself. Returns its exit code.
template <typename Work>
int in_confined_child(const std::filesystem::path& scratch, Work work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::chdir(scratch.c_str()) != 0) ::_exit(90);
        rlimit processes{0, 0};
        ::setrlimit(RLIMIT_NPROC, &processes);
        ::_exit(work());
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("every file of clamav-testfiles is found, bare and in a mail, with no database installed") {
    const std::filesystem::path folder = "/usr/share/clamav-testfiles";
    REQUIRE_MESSAGE(std::filesystem::is_directory(folder), "install the package clamav-testfiles");
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const std::string content = content_of(entry.path());
        CHECK(scan_text(content, name).verdict == Verdict::malware);
        const std::string mail = mail_with(content, name);
        CHECK(scan_message(engines(), as_bytes(mail), {}).verdict == Verdict::malware);
    }
    CHECK(files >= 40);
}

TEST_CASE("EICAR is found anywhere") {
    for (const std::string& text :
         {eicar(), "text before " + eicar(), eicar() + " text behind", std::string(9000, 'x') + eicar()}) {
        const ScanReport report = scan_text(text, "notes.txt");
        CHECK(report.verdict == Verdict::malware);
        CHECK(has_rule(report, "Tocsin.Test.Eicar"));
    }
    CHECK(scan_text("an ordinary text", "notes.txt").verdict == Verdict::clean);
}

TEST_CASE("a finding is told in words that name the attachment and the file in it") {
    const std::string zip = make_zip({{"docs/invoice.exe", "MZ" + std::string(100, '\0') + eicar()}});
    const std::string mail = mail_with(zip, "invoice.zip");
    const ScanReport report = scan_message(engines(), as_bytes(mail), {});
    const auto found = std::ranges::find(report.findings, "Tocsin.Test.Eicar", &Finding::rule);
    REQUIRE(found != report.findings.end());
    CHECK(found->engine == "clamav");
    CHECK(found->text.starts_with("The attachment “invoice.zip” "));
    CHECK(found->text.find("EICAR") != std::string::npos);
    CHECK(found->text.find("This file") == std::string::npos);
}

TEST_CASE("scans work after fork, in another folder, with no new descriptor beyond a few, and leave nothing "
          "behind") {
    const Engines& loaded = engines();
    const TemporaryFolder scratch;
    const std::string html = "<html><body><script>document.write('x')</script><p>hello</p></body></html>";
    const std::string inner = make_zip({{"a.txt", eicar()}});
    const std::string zip =
        make_zip({{"inner.zip", inner}, {"page.html", html}, {"qr.png", as_png(qr_image(4))}});
    const int code = in_confined_child(scratch.path(), [&] {
        const ScanReport report = scan_file(loaded, as_bytes(zip), "x.zip", {});
        if (report.verdict != Verdict::malware) return 1;
        if (!has_flag(report, PartFlag::qr_code)) return 2;
        return std::filesystem::is_empty(".") ? 0 : 3;
    });
    CHECK(code == 0);
}

TEST_CASE("pictures, pages and types need no file at run time") {
    const Engines& loaded = engines();
    const TemporaryFolder scratch;
    const std::string png = as_png(qr_image(4)), text = "an ordinary text";
    const std::string unknown = "\x01\x02\x03 strange bytes " + std::string(100, '\x7F');
    const int code = in_confined_child(scratch.path(), [&] {
        // As many open files as there are now: every open() fails from here on.
        rlimit files{3, 3};
        ::setrlimit(RLIMIT_NOFILE, &files);
        if (scan_file(loaded, as_bytes(text), "a.txt", {}).verdict != Verdict::clean) return 1;
        if (scan_file(loaded, as_bytes(eicar()), "b.txt", {}).verdict != Verdict::malware) return 2;
        if (!has_url(scan_file(loaded, as_bytes(png), "c.png", {}), qr_text, "qr")) return 3;
        const ScanReport strange = scan_file(loaded, as_bytes(unknown), "d.bin", {});
        return strange.parts[0].file_type == "unknown" ? 0 : 4;
    });
    CHECK(code == 0);
}

TEST_CASE("a scan that is out of time says so and is never clean") {
    ScanOptions options;
    options.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
    const std::string text = "an ordinary text";
    const ScanReport report = scan_file(engines(), as_bytes(text), "a.txt", options);
    CHECK(has_limit(report, ScanLimit::engine_time));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("a message over the size limit is not looked at, and says so") {
    static const std::string huge(limits::message_bytes + 1, 'x');
    const ScanReport report = scan_message(engines(), as_bytes(huge), {});
    CHECK(has_limit(report, ScanLimit::message_bytes));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("the version names the engines and changes with a database; missing places are left out") {
    const TemporaryFolder folder;
    NullLog log;
    std::ofstream(folder.path() / "own.ndb") << "Own.Test:0:*:746f6373696e2d6d61726b6572\n";
    const EngineConfig config{.clamav_databases = {folder.path().string(), "/nowhere/at/all"},
                              .yara_rules = {}};
    const std::unique_ptr<Engines> with = std::move(Engines::load(config, log).value());
    CHECK(with->version() != engines().version());
    CHECK(with->version().find("clamav") != std::string::npos);
    const std::string marked = "a text with tocsin-marker in it";
    const ScanReport report = scan_file(*with, as_bytes(marked), "a.txt", {});
    CHECK(has_rule(report, "Own.Test"));
    // One bad file beside a good one is left out.
    std::ofstream(folder.path() / "bad.ndb") << "this is no signature\n";
    const std::unique_ptr<Engines> mended = std::move(Engines::load(config, log).value());
    CHECK(has_rule(scan_file(*mended, as_bytes(marked), "a.txt", {}), "Own.Test"));
}

TEST_CASE("signatures for mail are looked for in mail, whatever field it begins with, and in nothing else") {
    const TemporaryFolder folder;
    NullLog log;
    std::ofstream(folder.path() / "own.ndb") << "Mail.Test:4:*:746f6373696e2d6d61726b6572\n";
    const EngineConfig config{.clamav_databases = {folder.path().string()}, .yara_rules = {}};
    const std::unique_ptr<Engines> with = std::move(Engines::load(config, log).value());
    for (const char* first : {"Received: from a.example", "Return-Path: <a@b.example>", "From: a@b.example", "Date: today",
                              "x-anything: 1", "DKIM-Signature: v=1"}) {
        CAPTURE(first);
        const std::string mail = std::string(first) + "\r\nSubject: hello\r\n\r\ntocsin-marker\r\n";
        CHECK(has_rule(scan_message(*with, as_bytes(mail), {}), "Mail.Test"));
    }
    CHECK_FALSE(has_rule(scan_file(*with, as_bytes(std::string_view("a text with tocsin-marker")), "a.txt", {}), "Mail.Test"));
}
