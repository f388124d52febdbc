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

import io.datafast.DataFastGoals;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration for {@link io.datafast.annotation.TrackGoal @TrackGoal}.
 */
@AutoConfiguration(after = DataFastAutoConfiguration.class)
@ConditionalOnBean({ DataFastGoals.class, GoalOutcomePublisher.class })
public final class TrackGoalAutoConfiguration {

	/**
	 * Each context has its own, since a post-processor sees the beans of its own context
	 * only.
	 */
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static TrackGoalBeanPostProcessor dataFastTrackGoalBeanPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new TrackGoalBeanPostProcessor(beanFactory);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static TrackGoalBeanPostProcessor.Innermost dataFastInnermostAdvicePostProcessor(
			TrackGoalBeanPostProcessor postProcessor) {
		return new TrackGoalBeanPostProcessor.Innermost(postProcessor);
	}

}
