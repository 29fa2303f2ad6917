// Asks a scanner over HTTP (rspamd's POST /checkv2, which Tocsin answers too) for every message, over a few connections that stay
// open, and prints how many messages a second were answered, how long an answer took, and which actions were answered.
//
//     check_load PORT CONNECTIONS PATH… [--copies N] [--login NAME]
//
// PATH is a folder of messages, or a file. With --copies, each file is a template that is sent N times: @NAME@, @ADDRESS@ and
// @NUMBER@ in it are replaced by what differs from copy to copy. With --login the sender has signed in: the mail goes out.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Work {
    std::vector<std::string> mails;
    std::size_t copies = 0;  ///< 0: each mail once
    std::size_t total() const { return copies > 0 ? mails.size() * copies : mails.size(); }
    std::string login;  ///< who has signed in: the mail goes out; empty: nobody has, it comes in
    std::string mail(std::size_t index) const;
    std::string recipient(std::size_t index) const {
        return copies == 0 ? "reader@example.net" : "reader" + std::to_string(index) + "@example.net";
    }
};

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

std::string Work::mail(std::size_t index) const {
    if (copies == 0) return mails[index];
    std::string out = mails[index % mails.size()];
    const std::string number = std::to_string(index);
    replace_all(out, "@NAME@", "Reader " + number);
    replace_all(out, "@ADDRESS@", recipient(index));
    replace_all(out, "@NUMBER@", number);
    return out;
}

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "check_load: %s\n", why.c_str());
    std::exit(2);
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Connection {
public:
    explicit Connection(std::uint16_t port) : port_(port) { open(); }
    ~Connection() { ::close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// The answer's body.
    std::string ask(const std::string& mail, const std::string& recipient, const std::string& login) {
        const std::string request =
            "POST /checkv2 HTTP/1.1\r\nHost: localhost\r\nFrom: news@shop.example\r\nRcpt: " + recipient +
            (login.empty() ? std::string() : "\r\nUser: " + login) +
            "\r\nIP: 192.0.2.10\r\nContent-Length: " + std::to_string(mail.size()) + "\r\n\r\n" + mail;
        send_all(request);
        std::string answer = receive();
        if (answer.empty()) {  // the server closes idle or old connections
            ::close(socket_);
            open();
            send_all(request);
            answer = receive();
        }
        if (answer.empty()) stop("no answer");
        return answer;
    }

private:
    void open() {
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            stop("connect: refused");
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    void send_all(const std::string& bytes) {
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t sent = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (sent <= 0) return;
            done += static_cast<std::size_t>(sent);
        }
    }
    std::string receive() {
        std::string in;
        char buffer[65536];
        while (true) {
            const std::size_t end = in.find("\r\n\r\n");
            if (end != std::string::npos) {
                std::string head = in.substr(0, end);
                std::transform(head.begin(), head.end(), head.begin(),
                               [](unsigned char c) { return std::tolower(c); });
                const std::size_t length = head.find("content-length:");
                if (length == std::string::npos) stop("an answer without length");
                const std::size_t bytes = std::strtoul(head.c_str() + length + 15, nullptr, 10);
                if (in.size() >= end + 4 + bytes) return in.substr(end + 4, bytes);
            }
            const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
            if (got <= 0) return {};
            in.append(buffer, static_cast<std::size_t>(got));
        }
    }
    std::uint16_t port_;
    int socket_ = -1;
};

std::string action_in(const std::string& answer) {
    const std::size_t at = answer.find("\"action\"");
    if (at == std::string::npos) return "refused";
    const std::size_t begin = answer.find('"', at + 8) + 1;
    return answer.substr(begin, answer.find('"', begin) - begin);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) stop("PORT CONNECTIONS PATH… [--copies N] [--login NAME]");
    Work work;
    for (int index = 3; index < argc; ++index) {
        const std::string word = argv[index];
        if (word == "--copies" && index + 1 < argc) {
            work.copies = std::strtoul(argv[++index], nullptr, 10);
        } else if (word == "--login" && index + 1 < argc) {
            work.login = argv[++index];
        } else if (std::filesystem::is_directory(word)) {
            std::vector<std::filesystem::path> files;
            for (const auto& entry : std::filesystem::recursive_directory_iterator(word))
                if (entry.is_regular_file()) files.push_back(entry.path());
            std::sort(files.begin(), files.end());
            for (const auto& file : files) work.mails.push_back(content_of(file));
        } else {
            work.mails.push_back(content_of(word));
        }
    }
    if (work.mails.empty()) stop("no message");
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const std::size_t connections = std::strtoul(argv[2], nullptr, 10);
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::vector<double> latencies_ms;
    std::map<std::string, std::size_t> actions;
    std::vector<std::thread> threads;
    const auto begin = Clock::now();
    for (std::size_t number = 0; number < connections; ++number)
        threads.emplace_back([&] {
            Connection connection(port);
            std::vector<double> own;
            std::map<std::string, std::size_t> own_actions;
            for (std::size_t index = next++; index < work.total(); index = next++) {
                const std::string mail = work.mail(index);
                const auto asked = Clock::now();
                ++own_actions[action_in(connection.ask(mail, work.recipient(index), work.login))];
                own.push_back(std::chrono::duration<double, std::milli>(Clock::now() - asked).count());
            }
            const std::lock_guard guard(mutex);
            latencies_ms.insert(latencies_ms.end(), own.begin(), own.end());
            for (const auto& [action, count] : own_actions) actions[action] += count;
        });
    for (std::thread& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::sort(latencies_ms.begin(), latencies_ms.end());
    auto percentile = [&](double part) {
        return latencies_ms[std::min(latencies_ms.size() - 1,
                                     static_cast<std::size_t>(part * double(latencies_ms.size())))];
    };
    std::printf(
        "{\"messages\": %zu, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_ms\": %.2f, \"p95_ms\": %.2f, "
        "\"p99_ms\": %.2f, \"max_ms\": %.2f, \"actions\": {",
        latencies_ms.size(), seconds, double(latencies_ms.size()) / seconds, percentile(0.5),
        percentile(0.95), percentile(0.99), latencies_ms.back());
    bool first = true;
    for (const auto& [action, count] : actions) {
        std::printf("%s\"%s\": %zu", first ? "" : ", ", action.c_str(), count);
        first = false;
    }
    std::printf("}}\n");
}
