// dribble - clients that come and never get to the point (Linux, epoll, libc only). Loopback use only.
// Build: gcc -O2 -o dribble dribble.c
// Usage: dribble MODE -n CONNS -t 127.0.0.1:PORT -p PATH -s SECONDS
//   MODE header: the beginning of a handshake, then a byte of a header line each second; silent: nothing at all;
//   upgraded: a handshake, then nothing, not even the connect command.
// All come at once. One JSON line: how many came, how many were cut by the other side, and when after they came (seconds).
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct conn { int fd, open; double came; };
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static int ascending(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return (x > y) - (x < y); }
static void die(const char *what) { perror(what); exit(2); }

int main(int argc, char **argv) {
  int n = 1000, o; double seconds = 20; const char *path = "/"; char *target = NULL;
  const char *mode = argc > 1 ? argv[1] : "";
  int header = !strcmp(mode, "header"), silent = !strcmp(mode, "silent"), upgraded = !strcmp(mode, "upgraded");
  optind = 2;
  while ((o = getopt(argc, argv, "n:t:p:s:")) != -1) switch (o) {
    case 'n': n = atoi(optarg); break; case 't': target = optarg; break; case 'p': path = optarg; break; case 's': seconds = atof(optarg); break;
    default: return 2;
  }
  char *colon = target ? strchr(target, ':') : NULL;
  if (!(header || silent || upgraded) || !colon || n < 1) { fprintf(stderr, "usage: dribble header|silent|upgraded -n CONNS -t 127.0.0.1:PORT -p PATH -s SECONDS\n"); return 2; }
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(colon + 1)) };
  *colon = 0;
  if (inet_pton(AF_INET, target, &to.sin_addr) != 1) die("target");
  struct rlimit files; getrlimit(RLIMIT_NOFILE, &files); files.rlim_cur = files.rlim_max; setrlimit(RLIMIT_NOFILE, &files);

  char say[1024];
  snprintf(say, sizeof say, upgraded
      ? "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
      : "GET %s HTTP/1.1\r\nHost: localhost\r\nX: ", path);
  struct conn *c = calloc(n, sizeof *c);
  double *cuts = calloc(n, sizeof *cuts);
  int ep = epoll_create1(0), came = 0, cut = 0, left = 0, answered = 0;
  double start = now(), next = start + 1;
  for (int i = 0; i < n; i++) {
    c[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c[i].fd < 0) die("socket");
    if (connect(c[i].fd, (void *)&to, sizeof to)) { close(c[i].fd); continue; }
    if (!silent && send(c[i].fd, say, strlen(say), MSG_NOSIGNAL) < 0) { close(c[i].fd); continue; }
    c[i].open = 1; c[i].came = now(); came++; left++;
    struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.u32 = i };
    if (epoll_ctl(ep, EPOLL_CTL_ADD, c[i].fd, &e)) die("epoll");
  }
  fprintf(stderr, "came %d\n", came);
  while (left && now() - start < seconds) {
    struct epoll_event ev[256]; int k = epoll_wait(ep, ev, 256, 50);
    for (int i = 0; i < k; i++) {
      struct conn *x = &c[ev[i].data.u32]; char buf[4096]; ssize_t r;
      if (!x->open) continue;
      while ((r = recv(x->fd, buf, sizeof buf, MSG_DONTWAIT)) > 0) answered++;
      if (r == 0 || (r < 0 && errno != EAGAIN)) { cuts[cut++] = now() - x->came; left--; x->open = 0; close(x->fd); }
    }
    if (header && now() >= next) {
      next += 1;
      for (int i = 0; i < n; i++) if (c[i].open) (void)!send(c[i].fd, "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
  qsort(cuts, cut, sizeof *cuts, ascending);
  printf("{\"mode\":\"%s\",\"came\":%d,\"cut\":%d,\"left\":%d,\"answers\":%d,\"cut_first_s\":%.2f,\"cut_p50_s\":%.2f,\"cut_last_s\":%.2f}\n",
      mode, came, cut, left, answered, cut ? cuts[0] : 0, cut ? cuts[cut / 2] : 0, cut ? cuts[cut - 1] : 0);
  return left || came < n;
}
