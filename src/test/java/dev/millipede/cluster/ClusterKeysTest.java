package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterKeysTest {
    private static final String SECRET = "hunter2-hunter2-hunter2-hunter2-";

    @Test
    void theNameOfTheClusterFollowsFromTheSecretAndDoesNotShowIt() {
        String name = new ClusterKeys(SECRET).clusterName();

        assertThat(name).matches("millipede-[0-9a-f]{32}").isEqualTo(new ClusterKeys(SECRET).clusterName());
        assertThat(name).isNotEqualTo(new ClusterKeys(SECRET + "x").clusterName());
        assertThat(new ClusterKeys(null).clusterName()).isEqualTo("millipede");
    }

    @Test
    void withoutASecretThereIsNoSeal() {
        assertThat(new ClusterKeys(null).seal()).isNull();
        assertThat(new ClusterKeys(SECRET).seal()).isNotNull();
    }
}
