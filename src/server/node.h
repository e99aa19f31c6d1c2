// Node: one running Carillon, all rooms wired.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/configuration.h"
#include "server/data_folder.h"
#include "store/store.h"

namespace carillon::server {

/// Purpose: starts the rooms in the order in which they need each other, and ends them in an order
/// that loses nothing. Owning thread: main's. Lifetime: from start() to stop() or destruction.
class Node {
 public:
  /// The error is a sentence that says what to do. `folder` must outlive the node.
  static Result<std::unique_ptr<Node>> start(const Configuration& configuration,
                                             const DataFolder& folder);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Signs the agents out, ends the calls with BYE, writes what is left. Takes at most about 15 s.
  void stop();

  store::Store& store();
  int https_port() const;
  int http_port() const;
  int trunk_port() const;
  int phone_port() const;
  /// Asked for by the first-run wizard; empty when there is an administrator.
  const std::string& setup_code() const;

 private:
  class Rooms;
  explicit Node(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace carillon::server
