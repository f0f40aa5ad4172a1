/// @file
/// A web server on this machine's loopback address that has one file, and can be as bad as real ones are.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "environment_variable.hpp"

namespace graft::testing {

/// Serves one connection after the other. What it does is set before the first request.
class FileServer {
public:
    struct Request {
        std::string target;  ///< "/file.bin"; a proxy is asked for "http://host/file.bin"
        std::string range;   ///< "bytes=1000-", or ""
    };

    explicit FileServer(std::string file_content) : content(std::move(file_content)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no port on the loopback address");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~FileServer() { stop(); }
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    /// From now on connections to its port are refused.
    void stop() {
        if (!thread_.joinable()) return;
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    std::string content;
    bool ranges = true;                          ///< knows the Range header
    bool says_length = true;                     ///< sends Content-Length
    int status = 200;                            ///< others are sent with a short page
    std::string redirect;                        ///< where requests for other files than this one are sent
    std::string content_range;                   ///< a wrong one, instead of the right one
    std::size_t most_bytes = std::string::npos;  ///< of a body; then the connection is closed
    std::size_t answers = std::string::npos;     ///< later connections are closed without one
    std::function<void()> when_cut;              ///< called after `most_bytes`; then the client has to close

    [[nodiscard]] std::string url(const std::string& name = "file.bin") const { return root() + name; }
    [[nodiscard]] std::string root() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    [[nodiscard]] std::vector<Request> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    /// The Range headers of all requests, in order.
    [[nodiscard]] std::vector<std::string> ranges_asked_for() const {
        std::vector<std::string> ranges_seen;
        for (const Request& request : requests()) ranges_seen.push_back(request.range);
        return ranges_seen;
    }

private:
    void serve() {
        for (int client = 0; (client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(client))
            answer(client);
    }

    static std::string header(const std::string& head, const std::string& name) {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        const std::size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }

    void answer(int client) {
        std::string head;
        char buffer[4096];
        while (head.find("\r\n\r\n") == std::string::npos) {
            const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
            if (count <= 0) return;
            head.append(buffer, static_cast<std::size_t>(count));
        }
        const std::size_t begin = head.find(' ') + 1;
        const Request request{head.substr(begin, head.find(' ', begin) - begin), header(head, "Range")};
        std::size_t number = 0;
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request);
            number = requests_.size();
        }
        if (number <= answers) send_file(client, request);
    }

    void send_file(int client, const Request& request) {
        if (!redirect.empty() && !redirect.ends_with(request.target))
            return send_text(client, "HTTP/1.1 302 Found\r\nLocation: " + redirect +
                                         "\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmoved");
        if (status != 200) return send_page(client, status);
        const std::size_t from = ranges && !request.range.empty() ? std::stoul(request.range.substr(6)) : 0;
        if (from > 0 && from >= content.size()) return send_page(client, 416);
        const std::string body = content.substr(from);
        std::string head = from > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n";
        if (from > 0)
            head +=
                "Content-Range: " +
                (content_range.empty() ? "bytes " + std::to_string(from) + "-" + std::to_string(content.size() - 1) +
                                             "/" + std::to_string(content.size())
                                       : content_range) +
                "\r\n";
        if (says_length) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        send_text(client, head + "Connection: close\r\n\r\n" + body.substr(0, most_bytes));
        if (body.size() <= most_bytes || !when_cut) return;
        when_cut();
        char byte = 0;
        static_cast<void>(!::recv(client, &byte, 1, 0));
    }

    void send_page(int client, int code) {
        send_text(client, "HTTP/1.1 " + std::to_string(code) +
                              " Sorry\r\nContent-Length: 8\r\nConnection: close\r\n\r\n<p>no<p>");
    }

    static void send_text(int client, const std::string& text) {
        for (std::size_t sent = 0; sent < text.size();) {
            const ssize_t count = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) return;
            sent += static_cast<std::size_t>(count);
        }
    }

    int listener_ = -1, port_ = 0;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    std::thread thread_;
};

/// Neither proxies nor certificates of the machine that the tests run on have a say.
struct PlainNetwork {
    EnvironmentVariable http_proxy{"http_proxy", std::nullopt}, https_proxy{"https_proxy", std::nullopt},
        https_proxy_upper{"HTTPS_PROXY", std::nullopt}, all_proxy{"all_proxy", std::nullopt},
        all_proxy_upper{"ALL_PROXY", std::nullopt}, no_proxy{"no_proxy", std::nullopt},
        no_proxy_upper{"NO_PROXY", std::nullopt}, bundle{"CURL_CA_BUNDLE", std::nullopt},
        file{"SSL_CERT_FILE", std::nullopt}, folder{"SSL_CERT_DIR", std::nullopt};
};

}  // namespace graft::testing
