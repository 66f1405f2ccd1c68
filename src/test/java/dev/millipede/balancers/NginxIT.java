package dev.millipede.balancers;

/** nginx with {@code conf/nginx.conf}. */
class NginxIT extends BalancerContract {
    private static final int HANDFUL = 20;

    NginxIT() {
        super(Kind.NGINX, "forwardedFor");
    }
}
