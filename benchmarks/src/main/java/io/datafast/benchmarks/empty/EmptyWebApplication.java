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

package io.datafast.benchmarks.empty;

import java.lang.management.ManagementFactory;
import java.util.Map;

import io.datafast.benchmarks.ChildJvm;

import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * A web application with nothing in it, which tells the time it took to start, in
 * milliseconds from the start of its JVM, and ends. It has a package of its own, since
 * Spring Boot scans the application's package for {@code @JacksonMixin}, and would read
 * the classes of all benchmarks.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class EmptyWebApplication {

	/**
	 * Starts and ends.
	 * @param arguments none
	 */
	public static void main(String[] arguments) {
		new SpringApplicationBuilder(EmptyWebApplication.class).bannerMode(Banner.Mode.OFF)
			.properties(Map.of("server.port", "0", "server.address", "127.0.0.1", "datafast.api-key", "df_benchmark"))
			.run();
		ChildJvm.tell(System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
		Runtime.getRuntime().halt(0);
	}

}
