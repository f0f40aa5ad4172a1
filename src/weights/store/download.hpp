/// @file
/// Files from the web (libcurl): resumed where an earlier attempt ended, and whole or not there at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "core/files.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

struct Download {
    std::string url;  ///< http or https
    std::filesystem::path target;
    std::optional<std::uint64_t> bytes;  ///< the size that the file must have, where it is known
    /// Throws DataError when the file at that path, which is complete, is not the one that is meant.
    std::function<void(const std::filesystem::path&)> check;
    Present present = Present::kept;  ///< what becomes of another file that is at `target`
};

/// Brings the file to `target`, or leaves `target` as it is. Nothing is downloaded where another file is to be kept.
/// Until the file is complete and checked it is
/// `<target>.part`, which stays when the connection breaks or a stop is requested: the next call goes on at its end
/// where the server can do that, and begins anew where it cannot. A file that fails its check is removed.
/// A connection that breaks is opened again as long as each attempt brings bytes.
/// Honours the proxies that libcurl finds in the environment (http_proxy, HTTPS_PROXY, ALL_PROXY, NO_PROXY), and
/// CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR as sources of certificates.
/// @throws Error naming the address and the reason, or the file that is there; DataError of the check; Interrupted
/// within about a second of `stop`
void download(const Download& wanted, const std::stop_token& stop, Reporter& reporter);

}  // namespace graft
