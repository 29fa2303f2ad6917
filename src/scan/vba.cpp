#include "scan/vba.hpp"

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

// Lower case. [MS-OFFMACRO] and the event models of Word, Excel, PowerPoint, Access and ActiveX controls.
constexpr auto auto_exec_names = std::to_array<std::string_view>({"autoexec",
                                                                  "autoopen",
                                                                  "auto_open",
                                                                  "autoclose",
                                                                  "auto_close",
                                                                  "autonew",
                                                                  "autoexit",
                                                                  "document_open",
                                                                  "documentopen",
                                                                  "document_close",
                                                                  "document_new",
                                                                  "document_beforeclose",
                                                                  "workbook_open",
                                                                  "workbook_activate",
                                                                  "workbook_beforeclose",
                                                                  "workbook_close",
                                                                  "worksheet_calculate",
                                                                  "app_workbookopen",
                                                                  "document_contentcontrolonenter",
                                                                  "inkedit1_gotfocus",
                                                                  "image1_mouseenter",
                                                                  "webbrowser1_statustextchange"});

constexpr auto danger_words = std::to_array<std::string_view>({"urldownloadtofile",
                                                               "powershell",
                                                               "wscript.shell",
                                                               "shell.application",
                                                               "createobject(\"shell",
                                                               "shellexecute",
                                                               "msxml2.xmlhttp",
                                                               "winhttp.winhttprequest",
                                                               "adodb.stream",
                                                               "virtualalloc",
                                                               "rtlmovememory",
                                                               "createremotethread",
                                                               "regsvr32",
                                                               "mshta",
                                                               "certutil",
                                                               "bitsadmin",
                                                               "cmd.exe",
                                                               "cmd /c",
                                                               "rundll32",
                                                               "getobject(\"winmgmts"});

bool is_name_character(char c) {
    return mail::is_ascii_alphanumeric(c) || c == '_';
}

/// `word` (lower case) in `text`, not inside a longer name.
bool holds_name(std::string_view lower_text, std::string_view word) {
    for (std::size_t at = lower_text.find(word); at != std::string_view::npos;
         at = lower_text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_name_character(lower_text[at - 1]);
        const std::size_t end = at + word.size();
        const bool ends = end >= lower_text.size() || !is_name_character(lower_text[end]);
        if (begins && ends) return true;
    }
    return false;
}

}  // namespace

std::string_view auto_exec_procedure(std::string_view source) {
    const std::string lower = mail::to_lower(source);
    const auto found =
        std::ranges::find_if(auto_exec_names, [&](std::string_view name) { return holds_name(lower, name); });
    return found == auto_exec_names.end() ? std::string_view() : *found;
}

std::vector<std::string_view> dangerous_words(std::string_view source) {
    constexpr std::size_t words_max = 8;
    const std::string lower = mail::to_lower(source);
    std::vector<std::string_view> found;
    for (const std::string_view word : danger_words)
        if (found.size() < words_max && lower.find(word) != std::string::npos) found.push_back(word);
    return found;
}

}  // namespace tocsin::scan
