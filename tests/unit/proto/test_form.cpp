// Forms as browsers send them, and as attackers do. Bodies are in buffers of exactly their size, so that a sanitizer sees every
// byte that is read behind one.
#include "proto/form.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <random>

#include "base/limits/report_form.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

constexpr const char* form_type = "multipart/form-data; boundary=----WebKitFormBoundaryABC";

struct Parsed {
    std::vector<std::string> fields;  ///< "name=content" or "name[file]=content"
    std::string error;                ///< with its code
};

Parsed parse(const std::string& type, const std::string& body) {
    const auto exact_type = std::make_unique<char[]>(type.size());
    const auto exact = std::make_unique<char[]>(body.size());
    std::ranges::copy(type, exact_type.get());
    std::ranges::copy(body, exact.get());
    const auto parts = parse_form({exact_type.get(), type.size()}, {exact.get(), body.size()});
    Parsed out;
    if (!parts) {
        out.error = std::string(to_string(parts.error().code)) + ": " + parts.error().message;
        return out;
    }
    for (const FormPart& part : *parts) {
        const std::string file = part.file_name ? "[" + *part.file_name + "]" : "";
        out.fields.push_back(part.name + file + "=" + std::string(part.content));
    }
    return out;
}

std::string field(const std::string& disposition, const std::string& content, const std::string& more = "") {
    return "------WebKitFormBoundaryABC\r\nContent-Disposition: form-data; " + disposition + "\r\n" + more +
           "\r\n" + content + "\r\n";
}
constexpr const char* end_of_form = "------WebKitFormBoundaryABC--\r\n";

/// A form with a text and a file, as Chromium sends it.
std::string good_form() {
    return field("name=\"words\"", "very odd\r\nindeed") +
           field("name=\"file\"; filename=\"a b.eml\"",
                 std::string("From: x\r\n\r\n\0--\r\n------WebKit", 26), "Content-Type: message/rfc822\r\n") +
           field("name=\"token\"", "") + end_of_form;
}

}  // namespace

TEST_CASE("fields and files of a form, byte for byte") {
    const Parsed form = parse(form_type, good_form());
    CHECK(form.error == "");
    REQUIRE(form.fields.size() == 3);
    CHECK(form.fields[0] == "words=very odd\r\nindeed");
    CHECK(form.fields[1] == "file[a b.eml]=" + std::string("From: x\r\n\r\n\0--\r\n------WebKit", 26));
    CHECK(form.fields[2] == "token=");
    CHECK(parse(form_type, end_of_form).fields.empty());
    CHECK(parse(form_type, end_of_form).error == "");
}

TEST_CASE("types, boundaries and names as they may be written") {
    const std::string one = field("name=\"a\"", "1") + end_of_form;
    for (const char* type :
         {"multipart/form-data; boundary=----WebKitFormBoundaryABC",
          "Multipart/Form-Data;boundary=\"----WebKitFormBoundaryABC\"",
          "multipart/form-data; charset=utf-8; BOUNDARY=----WebKitFormBoundaryABC ; x=y"}) {
        CAPTURE(type);
        CHECK(parse(type, one).fields == std::vector<std::string>{"a=1"});
    }
    struct Row {
        const char *disposition, *expected;
    };
    for (const Row& row :
         {Row{"name=a", "a=1"}, Row{"NAME=\"a\"", "a=1"}, Row{"name=\"a\"; filename=\"\"", "a[]=1"},
          Row{"filename=\"x;y.eml\"; name=\"a\"", "a[x;y.eml]=1"},
          Row{"name=\"a%22b\"; filename=\"x%0D%0Ay\\\"", "a\"b[x  y\\]=1"},
          Row{"name=\"a\"; filename=\"..\\..\\etc/passwd\"", "a[..\\..\\etc/passwd]=1"}}) {
        CAPTURE(row.disposition);
        CHECK(parse(form_type, field(row.disposition, "1") + end_of_form).fields ==
              std::vector<std::string>{row.expected});
    }
}

TEST_CASE("a boundary inside a file ends it only as a line of its own") {
    for (const char* content : {"------WebKitFormBoundaryABC\r\n", "\r\n------WebKitFormBoundaryABCD\r\n",
                                "\r\n------WebKitFormBoundaryABC -", "\n------WebKitFormBoundaryABC\r\n",
                                "\r\n-----WebKitFormBoundaryABC--", "\r\n------WebKitFormBoundaryABC-\r\n"}) {
        CAPTURE(content);
        CHECK(parse(form_type, field("name=\"a\"", content) + end_of_form).fields ==
              std::vector<std::string>{std::string("a=") + content});
    }
}

TEST_CASE("what is no form of ours is refused by name") {
    struct Row {
        std::string type, body, expected;
    };
    const std::string good = good_form(), type = form_type;
    const std::string many = [] {
        std::string body;
        for (std::size_t at = 0; at <= limits::form_parts; ++at) body += field("name=\"a\"", "1");
        return body + end_of_form;
    }();
    const Row rows[] = {
        {"application/x-www-form-urlencoded", "a=1", "unavailable: this is no form with a file"},
        {"", good, "unavailable"},
        {"multipart/form-data", good, "invalid_input: the form is malformed: its boundary"},
        {"multipart/form-data; boundary=", good, "invalid_input: the form is malformed: its boundary"},
        {"multipart/form-data; boundary=\"\"", good, "invalid_input"},
        {"multipart/form-data; boundary=\"a", good, "invalid_input"},
        {"multipart/form-data; boundary=\"a b\"", good, "invalid_input"},
        {"multipart/form-data; boundary=a\r\nb", good, "invalid_input"},
        {"multipart/form-data; boundary=" + std::string(71, 'a'), good, "invalid_input"},
        {"multipart/form-data boundary=a", good, "unavailable"},
        {type, "", "invalid_input: the form is malformed: it does not begin with its boundary"},
        {type, "preamble\r\n" + good, "invalid_input"},
        {type, "------WebKitFormBoundaryABC\r\n\r\n1\r\n" + std::string(end_of_form),
         "a field without a name"},
        {type, field("filename=\"a\"", "1") + end_of_form, "a field without a name"},
        {type, field("name=\"a", "1") + end_of_form, "a field without a name"},
        {type, field("name=\"a\"", "1", "Content-Disposition: form-data; name=\"b\"\r\n") + end_of_form,
         "a field without a name of its own"},
        {type, field("name=\"a\"", "1", "no colon\r\n") + end_of_form, "a line above a field"},
        {type,
         field("name=\"a\"", "1", "X: " + std::string(limits::form_part_header_bytes, 'x') + "\r\n") +
             end_of_form,
         "limit: the lines above a field of the form are too long"},
        {type, many, "limit: the form has too many fields"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.type);
        CAPTURE(row.body.substr(0, 200));
        const Parsed parsed = parse(row.type, row.body);
        CHECK(parsed.fields.empty());
        CHECK_MESSAGE(parsed.error.find(row.expected) != std::string::npos, parsed.error);
    }
}

TEST_CASE("a form that ends anywhere before its end is no form") {
    const std::string whole = good_form();
    const std::size_t end = whole.size() - 2;  // the last line may lack its line end
    for (std::size_t length = 0; length < end; ++length) {
        CAPTURE(length);
        CHECK(parse(form_type, whole.substr(0, length)).error.starts_with("invalid_input"));
    }
    CHECK(parse(form_type, whole.substr(0, end)).error == "");
}

TEST_CASE("damaged forms end in an answer, and what is given out lies in the body") {
    std::mt19937 random(7);
    const std::string whole = good_form();
    for (int round = 0; round < 20'000; ++round) {
        std::string body = whole;
        for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
            body[random() % body.size()] = "\r\n-\"=;:%\0a"[random() % 10];
        if (random() % 4 == 0) body.erase(random() % body.size(), random() % 40);
        const auto parts = parse_form(form_type, body);
        if (!parts) continue;
        for (const FormPart& part : *parts) {
            CHECK(part.content.data() >= body.data());
            CHECK(part.content.data() + part.content.size() <= body.data() + body.size());
        }
    }
}
