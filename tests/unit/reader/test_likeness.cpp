#include "reader/likeness.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("which files are read as messages") {
    struct Case {
        const char* why;
        std::string bytes;
        Likeness likeness;
    };
    const std::string head = "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nbody\r\n";
    for (const Case& one : {
             Case{"a message", head, Likeness::message},
             Case{"line feeds only", "Received: by x\nDate: today\n\nbody", Likeness::message},
             Case{"folded fields", "Received: from x\r\n by y\r\nSubject: x\r\n\r\n", Likeness::message},
             Case{"mbox separator", "From a@example.org Mon Jan  1 00:00:00 2024\n" + head,
                  Likeness::message},
             Case{"byte order mark", "\xEF\xBB\xBF" + head, Likeness::message},
             Case{"blank lines first", "\r\n\r\n" + head, Likeness::message},
             Case{"a field with a space before the colon", "From : a\r\nSubject : b\r\n\r\n",
                  Likeness::message},
             Case{"junk, then fields", "garbage line\r\n" + head, Likeness::unsure},
             Case{"one known field", "Subject: x\r\n\r\nbody", Likeness::unsure},
             Case{"fields that mail does not know", "Foo: a\r\nBar: b\r\n\r\n", Likeness::unsure},
             Case{"a zip of stored mails", std::string("PK\x03\x04\x14\0\0\0", 8) + head, Likeness::file},
             Case{"a PDF that is also a message", "%PDF-1.4\n" + head, Likeness::unsure},
             Case{"a zip with text like fields", std::string("PK\x03\x04") + "\r\nFrom: a\r\n",
                  Likeness::file},
             Case{"nothing", "", Likeness::file},
             Case{"a zip", "PK\x03\x04 and so on", Likeness::file},
             Case{"plain text", "Dear Sir,\n\nI write to you: now.\n", Likeness::file},
             Case{"a page", "<html><body>hello</body></html>", Likeness::file},
             Case{"zeros", std::string(1000, '\0'), Likeness::file},
         }) {
        CAPTURE(one.why);
        ExactBuffer exact(one.bytes);
        CHECK(static_cast<int>(likeness_of(exact.view())) == static_cast<int>(one.likeness));
    }
}
