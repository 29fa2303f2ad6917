// Prints what a person reads in each of many messages, one line per message, for training the text model
// (tools/train-text-model).
//
//   mail_texts < list > texts.tsv
//
// A line of the list is "mail<TAB>path" or "html<TAB>path" (a template: the page alone, without header fields) or
// "text<TAB>path" (a text alone). A line of the output is "path<TAB>subject<TAB>text", with \t, \n and \\ for a tab, a line end
// and a backslash. It reads corpora on a developer's machine and is not installed: the daemon's law that hostile bytes are
// parsed only inside readers is not for it, but `tocsin read`, which keeps that law, starts a reader per message and takes an
// hour for what this does in a minute.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"

namespace {

constexpr std::size_t text_bytes_max = 64U << 10;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, text_bytes_max)) {
        if (c == '\t')
            out += "\\t";
        else if (c == '\n')
            out += "\\n";
        else if (c == '\\')
            out += "\\\\";
        else if (c != '\r' && c != '\0')
            out += c;
    }
    return out;
}

std::string file_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void print_texts(const std::string& path, const std::string& bytes, tocsin::mail::MailTools& tools) {
    const tocsin::mail::MimeTree tree = tocsin::mail::parse_mime(tocsin::as_bytes(bytes));
    const tocsin::mail::Message message = build_message(tree, 0, {}, tools);
    std::cout << escaped(path) << '\t' << escaped(message.subject.subject) << '\t'
              << escaped(message.body.current_thread.text) << '\n';
}

}  // namespace

int main() {
    std::ios::sync_with_stdio(false);
    tocsin::mail::MailTools tools;
    for (std::string line; std::getline(std::cin, line);) {
        const std::size_t tab = line.find('\t');
        if (tab == std::string::npos) {
            std::fprintf(stderr, "mail_texts: a line without a tab: %s\n", line.c_str());
            return 1;
        }
        const std::string path = line.substr(tab + 1);
        std::string bytes = file_bytes(path);
        if (line.starts_with("text")) bytes = "\r\n" + bytes;
        if (line.starts_with("html"))
            bytes = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + bytes;
        print_texts(path, bytes, tools);
    }
    return 0;
}
