package io.sluice.it.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * grpc-java's own interop cases, by the names of gRPC's "Interoperability Test Case Descriptions"
 * where it has them, against whatever a channel leads to.
 */
final class InteropCases extends AbstractInteropTest {
    /** One case; throws where it does not hold. */
    interface Case {
        void run(InteropCases client) throws Exception;
    }

    /** Of the cases that are very large. */
    static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

    private final Supplier<ManagedChannelBuilder<?>> channels;

    InteropCases(Supplier<ManagedChannelBuilder<?>> channels) {
        this.channels = channels;
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return channels.get().maxInboundMessageSize(MESSAGE_BYTES_MAX);
    }

    /** What the server measured is not seen from here. */
    @Override
    protected boolean metricsExpected() {
        return false;
    }

    /** Seven seconds there. */
    @Override
    protected int operationTimeoutMillis() {
        return 60_000;
    }

    /**
     * As it is there, but for whose words it is said in: those of the client, unless the node,
     * which keeps the deadline as well, is the first to say it.
     */
    @Override
    public void deadlineExceeded() {
        var late = blockingStub.withDeadlineAfter(1, TimeUnit.SECONDS);
        StreamingOutputCallRequest request =
                StreamingOutputCallRequest.newBuilder()
                        .addResponseParameters(
                                ResponseParameters.newBuilder()
                                        .setIntervalUs((int) TimeUnit.SECONDS.toMicros(20)))
                        .build();
        assertThatThrownBy(() -> late.streamingOutputCall(request).next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        exceeded ->
                                assertThat(exceeded.getStatus().getCode())
                                        .isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    }

    static Map<String, Case> all() {
        Map<String, Case> cases = new TreeMap<>();
        cases.put("empty_unary", InteropCases::emptyUnary);
        cases.put("large_unary", InteropCases::largeUnary);
        cases.put("very_large_request", InteropCases::veryLargeRequest);
        cases.put("very_large_response", InteropCases::veryLargeResponse);
        cases.put("client_streaming", InteropCases::clientStreaming);
        cases.put("server_streaming", InteropCases::serverStreaming);
        cases.put("ping_pong", InteropCases::pingPong);
        cases.put("empty_stream", InteropCases::emptyStream);
        cases.put("full_duplex", InteropCases::fullDuplexCallShouldSucceed);
        cases.put("half_duplex", InteropCases::halfDuplexCallShouldSucceed);
        cases.put("flow_control", InteropCases::serverStreamingShouldBeFlowControlled);
        // Without the probes: grpc-java's server does not refuse what they send.
        cases.put("client_compressed_unary", client -> client.clientCompressedUnary(false));
        cases.put("server_compressed_unary", InteropCases::serverCompressedUnary);
        cases.put("client_compressed_streaming", client -> client.clientCompressedStreaming(false));
        cases.put("server_compressed_streaming", InteropCases::serverCompressedStreaming);
        cases.put("cancel_after_begin", InteropCases::cancelAfterBegin);
        cases.put("cancel_after_first_response", InteropCases::cancelAfterFirstResponse);
        cases.put("timeout_on_sleeping_server", InteropCases::timeoutOnSleepingServer);
        cases.put("deadline_not_exceeded", InteropCases::deadlineNotExceeded);
        cases.put("deadline_exceeded", InteropCases::deadlineExceeded);
        cases.put("deadline_exceeded_streaming", InteropCases::deadlineExceededServerStreaming);
        cases.put("deadline_in_past", InteropCases::deadlineInPast);
        cases.put("custom_metadata", InteropCases::customMetadata);
        cases.put("metadata_unary", InteropCases::exchangeMetadataUnaryCall);
        cases.put("metadata_streaming", InteropCases::exchangeMetadataStreamingCall);
        cases.put("status_code_and_message", InteropCases::statusCodeAndMessage);
        cases.put("special_status_message", InteropCases::specialStatusMessage);
        cases.put("unimplemented_method", InteropCases::unimplementedMethod);
        cases.put("unimplemented_service", InteropCases::unimplementedService);
        cases.put("graceful_shutdown", InteropCases::gracefulShutdown);
        return cases;
    }
}
