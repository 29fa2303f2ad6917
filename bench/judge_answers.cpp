// What each rule says of each message, one line each, to compare two programs: an optimisation changes no answer.
//
//     judge_answers FOLDER_OF_MESSAGES OWN_RULES [RULES…] | sort > before
//
// OWN_RULES is a folder like rules/: with lists/ and text-model.bin. A line has the message's file, the rule's, its answer, the
// names of what is missing, the value of an insight and the steps that it took; the last line of a message has the points.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mail/mime.hpp"
#include "rules/judge.hpp"

namespace {

using namespace tocsin;

void print(const std::string& name, const rules::Judge& judge, const rules::Judgement& judgement) {
    for (const rules::RuleDetail& detail : judgement.details) {
        std::string missing;
        for (const std::string& one : judge.rule_set().names_of(detail.answer.missing)) missing += " " + one;
        std::printf("%s | %s | %s |%s | %s | %llu\n", name.c_str(), detail.rule->file.path.c_str(),
                    std::string(to_string(detail.answer.answer)).c_str(), missing.c_str(),
                    detail.value.c_str(), static_cast<unsigned long long>(detail.answer.steps));
    }
    std::printf("%s | | points %u, of the text %u, hostility %.17g\n", name.c_str(), judgement.points,
                judgement.text_points, judgement.hostility);
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fprintf(stderr, "judge_answers FOLDER_OF_MESSAGES OWN_RULES [RULES…]\n");
        return 2;
    }
    const std::string own = words[2];
    rules::JudgeConfig config{.rules = {words + 2, words + count},
                              .lists = {own + "/lists"},
                              .text_model = own + "/text-model.bin"};
    StderrLog log(LogLevel::warning);
    auto judge = rules::Judge::load(config, log);
    auto engines = scan::Engines::load({.clamav = false, .yara = false}, log);
    if (!judge || !engines) {
        std::fprintf(stderr, "judge_answers: %s\n",
                     (judge ? engines.error() : judge.error()).message.c_str());
        return 1;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(words[1]))
        if (entry.is_regular_file() && entry.path().extension() == ".eml") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const std::filesystem::path& path : files) {
        std::ifstream file(path, std::ios::binary);
        const std::string message{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        const mail::MimeTree tree = mail::parse_mime(as_bytes(message));
        rules::JudgeRequest request{.tree = tree,
                                    .engines = **engines,
                                    .envelope_recipient = "reader@example.org",
                                    .ask_history = {}};
        request.deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
        request.details = true;
        print(path.filename().string(), **judge, (*judge)->judge(request));
    }
    return 0;
}
