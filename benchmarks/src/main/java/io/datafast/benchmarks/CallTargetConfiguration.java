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

package io.datafast.benchmarks;

import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalDispatcher;
import io.micrometer.core.aop.CountedAspect;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link CallTarget} behind its proxies. Goals go to a dispatcher that does nothing.
 */
@Configuration(proxyBeanMethods = false)
class CallTargetConfiguration {

	@Bean
	CallTarget callTarget() {
		return new CallTarget();
	}

	@Bean
	GoalDispatcher goalDispatcher() {
		return (goal) -> {
		};
	}

	@Bean
	VisitorIdResolver visitorIdResolver() {
		return () -> "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd";
	}

	@Bean
	MeterRegistry meterRegistry() {
		return new SimpleMeterRegistry();
	}

	@Bean
	CountedAspect countedAspect(MeterRegistry registry) {
		return new CountedAspect(registry);
	}

	static CallTarget proxyWithoutAdvice() {
		ProxyFactory factory = new ProxyFactory(new CallTarget());
		factory.setProxyTargetClass(true);
		return (CallTarget) factory.getProxy();
	}

}
