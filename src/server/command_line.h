// The subcommands of `carillon`, each in a file of its own.
#pragma once

#include <string>

#include "base/result.h"
#include "server/configuration.h"

namespace CLI {
class App;
}

namespace carillon::server {

/// What the process ends with.
constexpr int kExitGood = 0;
constexpr int kExitFailed = 1;

/// Prints "carillon: <message>" to stderr; the exit status for it.
int fail(const Error& error);

/// Blocks SIGINT and SIGTERM for this thread and those that it starts; call it before any other
/// thread exists.
void block_end_signals();
/// Waits until the process is asked to end. From then on a further signal ends it at once.
void wait_for_end();

/// `carillon serve`: runs a node until SIGINT or SIGTERM.
int serve(const Configuration& configuration);

/// Each adds a subcommand and its options to `app`. When it is the chosen one it runs while the
/// command line is parsed, and sets `status`.
void add_sandbox_command(CLI::App& app, int& status);
void add_sample_data_command(CLI::App& app, int& status);

}  // namespace carillon::server
