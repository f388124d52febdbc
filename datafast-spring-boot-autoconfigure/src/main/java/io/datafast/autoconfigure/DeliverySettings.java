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

import io.datafast.delivery.RetrySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.system.JavaVersion;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * What the ways of delivery have in common.
 */
public final class DeliverySettings {

	private DeliverySettings() {
	}

	/**
	 * When goals are tried again.
	 * @param delivery the properties
	 * @return the settings
	 */
	public static RetrySettings retrySettings(DataFastProperties.Delivery delivery) {
		return new RetrySettings(delivery.maxAttempts(), delivery.maxAge(), delivery.initialBackoff(),
				delivery.maxBackoff(), delivery.retryAmbiguous(), delivery.visitorNotFoundRetry());
	}

	/**
	 * Virtual threads where the application asks for them and Java has them.
	 * @param environment tells what the application asks for
	 * @return makes virtual threads, or {@code null}
	 */
	public static @Nullable ThreadFactory virtualThreads(Environment environment) {
		boolean wanted = environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false);
		return (wanted && JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE))
				? new VirtualThreadTaskExecutor("datafast-delivery-").getVirtualThreadFactory() : null;
	}

}
