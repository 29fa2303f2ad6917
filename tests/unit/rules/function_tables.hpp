// Every function of the language, asked as rules of the public feed ask it. The rows stand in function_rows_*.cpp;
// test_function_tables.cpp asks them, and fails when a function that the checker knows has none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules::test {

/// A message, by what a row wants in it.
struct Letter {
    std::string from = "Anna Smith <anna@sender.example>";
    std::string to = "bob@corp.example";
    std::string subject = "hello";
    std::string headers;  ///< more of them, each with its line end
    std::string text;
    std::string html;
    std::string file_name;
    std::string file;
};

/// A call on which one message makes it true and another false, or what is said in their place.
struct CallRow {
    std::string_view function;
    std::string_view
        rule;  ///< file of the public feed in which the call stands; empty: no rule of it asks this function
    std::string_view call;  ///< as it stands there, white space and comments aside
    std::string_view
        around;  ///< the question around it, "{}" in its place: a loop that it stands in, a comparison
    Letter yes, no;
    std::string_view yes_value = "true", no_value = "false";
};

/// A call whose input is null, or about a message of which nothing is known.
struct NullRow {
    std::string_view function, expression, value;
};

[[nodiscard]] std::vector<CallRow> calls_about_texts();
[[nodiscard]] std::vector<CallRow> calls_about_values();
[[nodiscard]] std::vector<CallRow> calls_about_files();
[[nodiscard]] std::vector<CallRow> calls_that_ask_others();
[[nodiscard]] std::vector<NullRow> calls_over_null();

}  // namespace tocsin::rules::test
