// How long the judge takes, and which rules take longest.
//
//     judge_speed FOLDER_OF_MESSAGES OWN_RULES [RULES…]
//
// OWN_RULES is a folder like rules/: with lists/ and text-model.bin. Prints the time to load everything, the processor time of
// one message (data model, all rules, text model) as median and 95th percentile of three passes, and the ten rules with most
// steps.
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "mail/mime.hpp"
#include "rules/judge.hpp"

namespace {

using namespace tocsin;

constexpr int passes = 3;
constexpr std::size_t slowest_named = 10;

double processor_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::vector<std::string> messages_in(const std::string& folder) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".eml") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return out;
}

struct Measured {
    std::vector<double> all;
    std::map<std::string, std::uint64_t> steps;
};

void measure(rules::Judge& judge, const scan::Engines& engines, const std::vector<std::string>& messages,
             bool details, Measured& measured) {
    for (const std::string& message : messages) {
        const mail::MimeTree tree = mail::parse_mime(as_bytes(message));
        rules::JudgeRequest request{
            .tree = tree, .engines = engines, .envelope_recipient = "reader@example.org", .ask_history = {}};
        request.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        request.details = details;
        const double begin = processor_ms();
        const rules::Judgement judgement = judge.judge(request);
        if (!details) measured.all.push_back(processor_ms() - begin);
        for (const rules::RuleDetail& detail : judgement.details)
            measured.steps[detail.rule->file.name] += detail.answer.steps;
    }
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fprintf(stderr, "judge_speed FOLDER_OF_MESSAGES OWN_RULES [RULES…]\n");
        return 2;
    }
    const std::string own = words[2];
    rules::JudgeConfig config{.rules = {words + 2, words + count},
                              .lists = {own + "/lists"},
                              .text_model = own + "/text-model.bin"};
    config.may_do_without = rules::default_may_do_without();
    StderrLog log(LogLevel::warning);
    const double begin = processor_ms();
    auto judge = rules::Judge::load(config, log);
    if (!judge) {
        std::fprintf(stderr, "judge_speed: %s\n", judge.error().message.c_str());
        return 1;
    }
    std::printf("%s: loaded in %.0f ms of processor time\n", (*judge)->describe().c_str(),
                processor_ms() - begin);
    auto engines = scan::Engines::load({.clamav = false, .yara = false}, log);
    if (!engines) {
        std::fprintf(stderr, "judge_speed: %s\n", engines.error().message.c_str());
        return 1;
    }
    const std::vector<std::string> messages = messages_in(words[1]);
    if (messages.empty()) {
        std::fprintf(stderr, "judge_speed: there is no .eml file below %s\n", words[1]);
        return 1;
    }
    Measured measured;
    for (int pass = 0; pass < passes; ++pass) measure(**judge, **engines, messages, false, measured);
    std::ranges::sort(measured.all);
    std::printf("%zu messages, three passes: median %.2f ms, 95th percentile %.2f ms, most %.1f ms\n",
                messages.size(), measured.all[measured.all.size() / 2],
                measured.all[measured.all.size() * 95 / 100], measured.all.back());
    measure(**judge, **engines, messages, true, measured);
    std::vector<std::pair<std::uint64_t, std::string>> slowest;
    for (const auto& [rule, steps] : measured.steps) slowest.emplace_back(steps / messages.size(), rule);
    std::ranges::sort(slowest, std::ranges::greater{});
    std::printf("steps a message, the ten rules with most:\n");
    for (std::size_t at = 0; at < slowest.size() && at < slowest_named; ++at)
        std::printf("%8llu  %s\n", static_cast<unsigned long long>(slowest[at].first),
                    slowest[at].second.c_str());
    return 0;
}
