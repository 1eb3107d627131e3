/* UDP load and echo for the benchmark, which builds it: cc -O2 -o udp udp.c
 *   udp echo HOST PORT
 *   udp load HOST PORT BYTES RATE FLOWS SECONDS [LOCAL]
 * The load sends at a fixed rate over FLOWS sockets in turn and counts what comes back; each datagram carries its
 * number and the time when it was sent. Prints a line of JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define BYTES_MAX 65536
#define MICROS_MAX 2000000
#define BURST_MAX 512

static int64_t now_nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct sockaddr_in address_of(const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
    fprintf(stderr, "udp: %s is not an IPv4 address\n", host);
    exit(64);
  }
  return address;
}

static int open_socket(int buffer_bytes) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  return fd;
}

static void echo(struct sockaddr_in address) {
  int fd = open_socket(4 << 20);
  fcntl(fd, F_SETFL, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address)) fail("bind");
  static char bytes[BATCH][2048 + 64];
  static struct sockaddr_in peers[BATCH];
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){bytes[i], sizeof bytes[i]};
      messages[i].msg_hdr =
          (struct msghdr){.msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (got < 0) {
      if (errno == EINTR) continue;
      fail("recvmmsg");
    }
    for (int i = 0; i < got; i++) parts[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < got;) {
      int more = sendmmsg(fd, messages + sent, got - sent, 0);
      sent += more > 0 ? more : 1;
    }
  }
}

struct load {
  int *flows;
  int flow_count;
  int bytes;
  int64_t sent, received, unsent;
  uint32_t *by_micros;
  char *buffer;
};

static void receive(struct load *load, int fd) {
  for (;;) {
    ssize_t length = recv(fd, load->buffer, BYTES_MAX, 0);
    if (length < 0) return;
    int64_t sent_at;
    memcpy(&sent_at, load->buffer + 8, 8);
    int64_t micros = (now_nanos() - sent_at) / 1000;
    load->by_micros[micros < 0 ? 0 : micros >= MICROS_MAX ? MICROS_MAX - 1 : micros]++;
    load->received++;
  }
}

static void poll_once(struct load *load, int poller, int64_t wait_nanos) {
  struct epoll_event events[256];
  struct timespec wait = {0, wait_nanos};
  int ready = epoll_pwait2(poller, events, 256, &wait, NULL);
  for (int i = 0; i < ready; i++) receive(load, events[i].data.fd);
}

static void send_one(struct load *load, char *datagram) {
  int64_t at = now_nanos();
  memcpy(datagram, &load->sent, 8);
  memcpy(datagram + 8, &at, 8);
  if (send(load->flows[load->sent % load->flow_count], datagram, load->bytes, 0) < 0) load->unsent++;
  load->sent++;
}

static double percentile(struct load *load, double part) {
  int64_t wanted = load->received * part, seen = 0;
  for (int i = 0; i < MICROS_MAX; i++) {
    seen += load->by_micros[i];
    if (seen > wanted) return i;
  }
  return MICROS_MAX;
}

static void run_load(struct sockaddr_in address, int bytes, double rate, int flow_count, double seconds, const char *from) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  struct load load = {.flow_count = flow_count, .bytes = bytes < 16 ? 16 : bytes};
  load.flows = calloc(flow_count, sizeof(int));
  load.by_micros = calloc(MICROS_MAX, sizeof(uint32_t));
  load.buffer = malloc(BYTES_MAX);
  char *datagram = calloc(1, load.bytes);
  int poller = epoll_create1(0);
  for (int i = 0; i < flow_count; i++) {
    int fd = load.flows[i] = open_socket(1 << 20);
    struct sockaddr_in local = address_of(from, "0");
    if (bind(fd, (struct sockaddr *)&local, sizeof local)) fail("bind");
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  }
  int64_t start = now_nanos(), end = start + (int64_t)(seconds * 1e9), now = start;
  while (now < end) {
    int64_t due = (now - start) * rate / 1e9 + 1;
    for (int burst = 0; load.sent < due && burst < BURST_MAX; burst++) send_one(&load, datagram);
    poll_once(&load, poller, load.sent < due ? 0 : 200000);
    now = now_nanos();
  }
  double took = (now - start) / 1e9;
  for (int64_t quiet = now; load.received < load.sent && now - quiet < 1000000000LL; now = now_nanos())
    poll_once(&load, poller, 10000000);
  printf("RESULT {\"units\": %lld, \"seconds\": %.6f, \"errors\": %lld, \"sent\": %lld, \"p50\": %.1f, \"p99\": %.1f,"
         " \"p999\": %.1f}\n",
         (long long)load.received, took, (long long)(load.sent - load.received), (long long)load.sent,
         percentile(&load, .5), percentile(&load, .99), percentile(&load, .999));
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "echo")) echo(address_of(words[2], words[3]));
  if (count == 8 || (count == 9 && !strcmp(words[1], "load"))) {
    run_load(address_of(words[2], words[3]), atoi(words[4]), atof(words[5]), atoi(words[6]), atof(words[7]),
             count == 9 ? words[8] : "127.0.0.1");
    return 0;
  }
  fprintf(stderr, "usage: udp echo HOST PORT | udp load HOST PORT BYTES RATE FLOWS SECONDS [LOCAL]\n");
  return 64;
}
