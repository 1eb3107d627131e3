package io.sluice.controlplane.discovery;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.SyncRequest;

/**
 * The gRPC service of {@code sluice.discovery.v1}, with messages of Sync that are serialised once
 * for many nodes.
 */
final class DiscoveryService {
    private DiscoveryService() {}

    static ServerServiceDefinition of(
            SyncService sync, ReportService report, AnswerService answer) {
        MethodDescriptor<SyncRequest, SyncFrame> syncMethod =
                DiscoveryServiceGrpc.getSyncMethod().toBuilder(
                                DiscoveryServiceGrpc.getSyncMethod().getRequestMarshaller(),
                                new SyncFrame.Marshaller())
                        .build();
        ServiceDescriptor descriptor =
                ServiceDescriptor.newBuilder(DiscoveryServiceGrpc.SERVICE_NAME)
                        .addMethod(syncMethod)
                        .addMethod(DiscoveryServiceGrpc.getReportMethod())
                        .addMethod(DiscoveryServiceGrpc.getAnswerMethod())
                        .build();
        return ServerServiceDefinition.builder(descriptor)
                .addMethod(syncMethod, sync)
                .addMethod(DiscoveryServiceGrpc.getReportMethod(), report)
                .addMethod(DiscoveryServiceGrpc.getAnswerMethod(), answer)
                .build();
    }
}
