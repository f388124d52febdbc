/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.autoconfigure;

import java.util.concurrent.ThreadFactory;

import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.RetryPolicy;

import org.springframework.boot.system.JavaVersion;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * Settings that delivery from memory and delivery through the database have in common.
 */
public final class DeliverySettings {

	private static final String THREAD_NAME_PREFIX = "datafast-delivery-";

	private DeliverySettings() {
	}

	/**
	 * When goals are tried again.
	 * @param delivery the properties
	 * @return the policy
	 */
	public static RetryPolicy retryPolicy(DataFastProperties.Delivery delivery) {
		return new RetryPolicy(delivery.maxAttempts(), delivery.maxAge(), delivery.initialBackoff(),
				delivery.maxBackoff(), delivery.retryAmbiguous(), delivery.visitorNotFoundRetry());
	}

	/**
	 * Create the factory of the delivery threads: virtual threads where
	 * {@code spring.threads.virtual.enabled} is {@code true} and Java has them.
	 * @param environment holds the property
	 * @return the factory
	 */
	public static ThreadFactory threadFactory(Environment environment) {
		boolean virtual = environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false)
				&& JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);
		return virtual ? new VirtualThreadTaskExecutor(THREAD_NAME_PREFIX).getVirtualThreadFactory()
				: new DaemonThreadFactory(THREAD_NAME_PREFIX);
	}

}
