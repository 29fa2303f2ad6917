// Measures the parser alone on one core: bytes → MimeTree → Message, for every message below a folder.
//
//     parse_messages FOLDER [RUNS]
//
// Prints one JSON object: messages, bytes, seconds of each run (the first, a warm-up, left out), bytes copied.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"

using namespace tocsin;

namespace {

std::vector<std::string> read_folder(const char* folder) {
    std::vector<std::string> messages;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() == ".tsv") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        messages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return messages;
}

struct Run {
    double seconds = 0;
    std::uint64_t bytes_copied = 0;
    std::size_t ambiguous = 0;
    std::size_t links = 0;  ///< so that nothing can be optimised away
};

Run parse_all(const std::vector<std::string>& messages, mail::MailTools& tools) {
    Run run;
    auto begin = std::chrono::steady_clock::now();
    for (const std::string& bytes : messages) {
        mail::MimeTree tree = mail::parse_mime(as_bytes(bytes));
        mail::Message message = mail::build_message(tree, 0, {}, tools);
        run.bytes_copied += tree.bytes_copied;
        run.ambiguous += tree.ambiguous();
        run.links += message.body.links.size();
    }
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return run;
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: parse_messages FOLDER [RUNS]\n");
        return 2;
    }
    int runs = count > 2 ? std::atoi(words[2]) : 5;
    std::vector<std::string> messages = read_folder(words[1]);
    std::size_t bytes = 0;
    for (const std::string& message : messages) bytes += message.size();
    mail::MailTools tools;
    Run last = parse_all(messages, tools);
    std::string seconds;
    for (int index = 0; index < runs; ++index) {
        last = parse_all(messages, tools);
        seconds += (index > 0 ? ", " : "") + std::to_string(last.seconds);
    }
    std::printf("{\"messages\": %zu, \"bytes\": %zu, \"seconds\": [%s], \"bytes_copied\": %llu, "
                "\"ambiguous\": %zu, \"links\": %zu}\n",
                messages.size(), bytes, seconds.c_str(), static_cast<unsigned long long>(last.bytes_copied),
                last.ambiguous, last.links);
    return 0;
}
